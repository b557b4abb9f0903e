{-| Every write below: told, and forgotten.
-}
told : Request a -> Cmd msg
told =
    Watch.tell


{-| Every read of one value: an error is `Nothing`.
-}
found : Request (Maybe a) -> Task Never (Maybe a)
found request =
    Request.toTask request
        |> Task.onError (\_ -> Task.succeed Nothing)


{-| Every read of many, page by page: an error is none.
-}
listed : Request (Page a) -> Task Never (List ( String, a ))
listed request =
    Request.all request
        |> Task.map (List.map (\entry -> ( entry.key, entry.value )))
        |> Task.onError (\_ -> Task.succeed [])
