{-| Sends a write and ignores its result.
-}
told : Request a -> Cmd msg
told =
    Watch.tell


{-| Reads a value. An error becomes `Nothing`.
-}
found : Request (Maybe a) -> Task Never (Maybe a)
found request =
    Request.toTask request
        |> Task.onError (\_ -> Task.succeed Nothing)


{-| Reads all pages of a list. An error becomes an empty list.
-}
listed : Request (Page a) -> Task Never (List ( String, a ))
listed request =
    Request.all request
        |> Task.map (List.map (\entry -> ( entry.key, entry.value )))
        |> Task.onError (\_ -> Task.succeed [])
