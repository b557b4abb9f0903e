port module Page exposing (Model, Msg, main)

{-| Sends requests to a store one after the other and reports the results.
-}

import Json.Encode as Encode
import Kv exposing (CursorPosition)
import Kv.Request as Request exposing (Error(..), Request, Version)
import Kv.Watch as Watch
import Process
import Task exposing (Task)


port said : Encode.Value -> Cmd msg


main : Program () Model Msg
main =
    Platform.worker { init = \() -> init, update = update, subscriptions = \_ -> Sub.none }


type alias Model =
    List String


type Msg
    = Asked (List String)
    | Found String


init : ( Model, Cmd Msg )
init =
    ( [], Task.perform Asked (Task.map2 (++) (Task.sequence steps) writes) )


{-| Finally sends a write without a result and waits until the store has the value.
-}
update : Msg -> Model -> ( Model, Cmd Msg )
update msg model =
    case msg of
        Asked outcomes ->
            ( outcomes
            , Cmd.batch
                [ Watch.tell (Kv.setCursorPosition "told" (cursor 9))
                , Task.perform Found (find "told")
                ]
            )

        Found last ->
            ( model, said (Encode.list Encode.string (model ++ [ last ])) )


find : String -> Task Never String
find key =
    Request.toTask (Kv.getCursorPosition key)
        |> Task.onError (\_ -> Task.succeed Nothing)
        |> Task.andThen
            (\found ->
                case found of
                    Just { x } ->
                        Task.succeed ("told: " ++ String.fromInt x)

                    Nothing ->
                        Process.sleep 20 |> Task.andThen (\() -> find key)
            )


cursor : Int -> CursorPosition
cursor x =
    { x = x, y = -4, item_id = "Ａ \"😀\" \\", user_id = "7" }


{-| Keys with special characters of URLs, in the order of the server.
-}
keys : List String
keys =
    [ "user:%2F/../?a=b&c#d+ e", "user:7", "user:Ａ", "user:😀" ]


steps : List (Task Never String)
steps =
    [ step "get of nothing" show (Kv.getCursorPosition "user:7")
    , step "set" (\_ -> "done") (Kv.setCursorPosition "user:7" (cursor 3))
    , step "get" show (Kv.getCursorPosition "user:7")
    , step "entry" showEntry (Request.getEntry Kv.cursorPosition "user:7")
    , step "set that stays" (\_ -> "done") (Kv.setCursorPosition "user:7" (cursor 4) |> Request.withoutTtl)
    , step "entry that stays" showEntry (Request.getEntry Kv.cursorPosition "user:7")
    , Task.sequence (List.map (\key -> Request.toTask (Kv.setCursorPosition key (cursor 5))) (List.reverse keys))
        |> outcome "sets" (\versions -> String.fromInt (List.length versions))
    , step "list" showPage (Kv.listCursorPositions "user:" |> Request.limit 2)
    , step "list after" showPage (Kv.listCursorPositions "user:" |> Request.limit 2 |> Request.after "user:7")
    , Request.all (Kv.listCursorPositions "user:" |> Request.limit 1)
        |> outcome "all" (List.map .key >> (==) keys >> showBool)
    , step "check first" (\_ -> "done") (Kv.setCursorPosition "user:7" invalid |> Request.checkFirst)
    , step "let the server check" (\_ -> "done") (Kv.setCursorPosition "user:7" invalid)
    , step "a key that is none" (\_ -> "done") (Kv.setCursorPosition "" (cursor 3))
    , step "a session" (Maybe.map .user_id >> Maybe.withDefault "nothing") (Kv.getSessionCache "session:7")
    , step "delete" showBool (Kv.deleteCursorPosition "user:😀")
    , step "delete again" showBool (Kv.deleteCursorPosition "user:😀")
    ]


{-| Conditional writes.
-}
writes : Task Never (List String)
writes =
    Request.toTask (Kv.setCursorPosition "user:7" (cursor 1))
        |> Task.andThen
            (\first ->
                Request.toTask (Kv.setCursorPosition "user:7" (cursor 2) |> Request.ifVersion first)
                    |> Task.andThen (\second -> conditional first second |> Task.mapError never)
            )
        |> Task.onError (\error -> Task.succeed [ showError error ])


conditional : Version -> Version -> Task Never (List String)
conditional first second =
    Task.sequence
        [ Request.toTask (Kv.setCursorPosition "user:7" (cursor 3) |> Request.ifVersion first)
            |> Task.map (\_ -> "done")
            |> Task.onError
                (\error ->
                    if error == Conflict (Just second) then
                        Task.succeed "if version: the second is there"

                    else
                        Task.succeed (showError error)
                )
        , step "if absent" (\_ -> "done") (Kv.setCursorPosition "user:7" (cursor 3) |> Request.ifAbsent)
        , step "if present" (\_ -> "done") (Kv.setCursorPosition "nobody" (cursor 3) |> Request.ifPresent)
        , step "what stayed" show (Kv.getCursorPosition "user:7")
        ]


invalid : CursorPosition
invalid =
    { x = 3, y = 4, item_id = "", user_id = "7" }


step : String -> (a -> String) -> Request a -> Task Never String
step name toString request =
    outcome name toString (Request.toTask request)


outcome : String -> (a -> String) -> Task Error a -> Task Never String
outcome name toString task =
    task
        |> Task.map toString
        |> Task.onError (\error -> Task.succeed (showError error))
        |> Task.map (\text -> name ++ ": " ++ text)


show : Maybe CursorPosition -> String
show found =
    case found of
        Just value ->
            String.fromInt value.x ++ showBool (value == cursor value.x)

        Nothing ->
            "nothing"


showEntry : Maybe (Request.Entry CursorPosition) -> String
showEntry entry =
    show (Maybe.map .value entry)
        ++ " expires: "
        ++ showBool (Maybe.andThen .expiresAt entry /= Nothing)


showPage : Request.Page a -> String
showPage page =
    String.join " | " (List.map .key page.entries) ++ " -> " ++ Maybe.withDefault "the end" page.next


showBool : Bool -> String
showBool bool =
    if bool then
        "True"

    else
        "False"


showError : Error -> String
showError error =
    case error of
        InvalidValue broken ->
            "invalid " ++ String.join ", " (List.map (\{ pointer, rule } -> pointer ++ " " ++ rule) broken)

        Conflict (Just _) ->
            "conflict with another"

        Refused { status, code } ->
            "refused " ++ String.fromInt status ++ " " ++ code

        _ ->
            Request.errorToString error
