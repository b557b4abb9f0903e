port module Wire exposing (Model, Msg, main)

{-| Reports the HTTP requests that it would send, the results of their responses, and the changes of a
watch.
-}

import Dict
import Http
import Json.Decode as Decode exposing (Decoder)
import Json.Encode as Encode
import Kv exposing (CursorPosition)
import Kv.Request as Request exposing (Error(..), Request, Version)
import Kv.Type as Type exposing (CanList, Invalid, ReadWrite, Type)
import Kv.Watch as Watch exposing (Watch)
import Time


port said : Encode.Value -> Cmd msg


port heard : Encode.Value -> Cmd msg


main : Program Decode.Value Model Msg
main =
    Platform.worker
        { init = \asks -> ( (), Cmd.batch [ said (answerAll asks), Watch.start watch ] )
        , update = \(Heard event) model -> ( model, heard (changeToValue (Watch.read watch event)) )
        , subscriptions = \_ -> Watch.events Heard
        }


type alias Model =
    ()


type Msg
    = Heard Watch.Event


watch : Watch CursorPosition
watch =
    Watch.watch Kv.cursorPosition "user:"


type alias Ask =
    { verb : String
    , tag : String
    , key : String
    , value : Decode.Value
    , options : List ( String, String )
    , answer : Http.Response String
    }


answerAll : Decode.Value -> Encode.Value
answerAll asks =
    case Decode.decodeValue (Decode.list askDecoder) asks of
        Ok list ->
            Encode.list answer list

        Err error ->
            Encode.string (Decode.errorToString error)


askDecoder : Decoder Ask
askDecoder =
    Decode.map6 Ask
        (Decode.field "verb" Decode.string)
        (Decode.field "tag" Decode.string)
        (Decode.field "key" Decode.string)
        (Decode.field "value" Decode.value)
        (Decode.field "options" (Decode.list (Decode.map2 Tuple.pair (Decode.index 0 Decode.string) (Decode.index 1 Decode.string))))
        (Decode.map2 response
            (Decode.at [ "answer", "status" ] Decode.int)
            (Decode.at [ "answer", "body" ] Decode.string)
        )


response : Int -> String -> Http.Response String
response status body =
    let
        metadata : Http.Metadata
        metadata =
            { url = "", statusCode = status, statusText = "", headers = Dict.empty }
    in
    if status < 300 then
        Http.GoodStatus_ metadata body

    else
        Http.BadStatus_ metadata body


answer : Ask -> Encode.Value
answer ask =
    case ask.tag of
        "CursorPosition" ->
            change Kv.cursorPosition ask

        "UserPreferences" ->
            change Kv.userPreferences ask

        "ViewportState" ->
            look Kv.viewportState ask

        "SessionCache" ->
            find Kv.sessionCache ask

        _ ->
            Encode.null


change : Type ReadWrite a -> Ask -> Encode.Value
change type_ ask =
    case ask.verb of
        "set" ->
            case Decode.decodeValue (Type.decoder type_) ask.value of
                Ok value ->
                    Request.set type_ ask.key value
                        |> withOptions setOption ask
                        |> tell versionToValue ask

                Err error ->
                    Encode.string (Decode.errorToString error)

        "delete" ->
            Request.delete type_ ask.key
                |> withOptions deleteOption ask
                |> tell Encode.bool ask

        _ ->
            look type_ ask


look : Type (CanList access) a -> Ask -> Encode.Value
look type_ ask =
    case ask.verb of
        "list" ->
            Request.list type_ ask.key
                |> withOptions listOption ask
                |> tell (pageToValue type_) ask

        _ ->
            find type_ ask


find : Type access a -> Ask -> Encode.Value
find type_ ask =
    case ask.verb of
        "get" ->
            Request.getEntry type_ ask.key
                |> tell (Maybe.map (entryToValue type_) >> Maybe.withDefault Encode.null) ask

        _ ->
            Encode.null


withOptions : (( String, String ) -> Request a -> Request a) -> Ask -> Request a -> Request a
withOptions option ask request =
    List.foldl option request ask.options


setOption : ( String, String ) -> Request Version -> Request Version
setOption option =
    case option of
        ( "ttl_ms", "none" ) ->
            Request.withoutTtl

        ( "ttl_ms", "keep" ) ->
            Request.keepTtl

        ( "ttl_ms", milliseconds ) ->
            Request.withTtl (Maybe.withDefault 0 (String.toInt milliseconds))

        ( "If-None-Match", _ ) ->
            Request.ifAbsent

        ( "If-Match", "*" ) ->
            Request.ifPresent

        ( "If-Match", tag ) ->
            ifVersion tag

        _ ->
            identity


deleteOption : ( String, String ) -> Request Bool -> Request Bool
deleteOption option =
    case option of
        ( "If-Match", tag ) ->
            ifVersion tag

        _ ->
            identity


ifVersion : String -> Request a -> Request a
ifVersion tag =
    case Decode.decodeString Request.versionDecoder tag of
        Ok version ->
            Request.ifVersion version

        Err _ ->
            identity


listOption : ( String, String ) -> Request (Request.Page a) -> Request (Request.Page a)
listOption option =
    case option of
        ( "limit", count ) ->
            Request.limit (Maybe.withDefault 0 (String.toInt count))

        ( "after", key ) ->
            Request.after key

        _ ->
            identity


tell : (a -> Encode.Value) -> Ask -> Request a -> Encode.Value
tell toValue ask request =
    case Request.inspect request of
        Ok it ->
            Encode.object
                [ ( "method", Encode.string it.method )
                , ( "url", Encode.string it.url )
                , ( "headers", Encode.object (List.map (Tuple.mapSecond Encode.string) it.headers) )
                , ( "body", Maybe.withDefault Encode.null it.body )
                , ( "outcome"
                  , case it.fromResponse ask.answer of
                        Ok outcome ->
                            Encode.object [ ( "ok", toValue outcome ) ]

                        Err error ->
                            Encode.object [ ( "error", errorToValue error ) ]
                  )
                ]

        Err error ->
            errorToValue error


{-| Shows a version by the condition that is sent for it.
-}
versionToValue : Version -> Encode.Value
versionToValue version =
    Request.get Kv.cursorPosition ""
        |> Request.ifVersion version
        |> Request.inspect
        |> Result.toMaybe
        |> Maybe.andThen (.headers >> Dict.fromList >> Dict.get "If-Match")
        |> Maybe.map (String.replace "\"" "" >> Encode.string)
        |> Maybe.withDefault Encode.null


entryToValue : Type access a -> Request.Entry a -> Encode.Value
entryToValue type_ entry =
    Encode.object
        [ ( "key", Encode.string entry.key )
        , ( "value", Type.encode type_ entry.value )
        , ( "version", versionToValue entry.version )
        , ( "updated_at", timeToValue entry.updatedAt )
        , ( "expires_at", Maybe.withDefault Encode.null (Maybe.map timeToValue entry.expiresAt) )
        ]


timeToValue : Time.Posix -> Encode.Value
timeToValue =
    Time.posixToMillis >> Encode.int


pageToValue : Type access a -> Request.Page a -> Encode.Value
pageToValue type_ page =
    Encode.object
        [ ( "keys", Encode.list (entryToValue type_) page.entries )
        , ( "next", Maybe.withDefault Encode.null (Maybe.map Encode.string page.next) )
        ]


errorToValue : Error -> Encode.Value
errorToValue error =
    case error of
        InvalidKey key ->
            Encode.list Encode.string [ "InvalidKey", key ]

        InvalidValue invalid ->
            Encode.object [ ( "InvalidValue", Encode.list invalidToValue invalid ) ]

        Conflict current ->
            Encode.object [ ( "Conflict", Maybe.withDefault Encode.null (Maybe.map versionToValue current) ) ]

        SchemaChanged ->
            Encode.string "SchemaChanged"

        Refused refusal ->
            Encode.object
                [ ( "status", Encode.int refusal.status )
                , ( "code", Encode.string refusal.code )
                , ( "error", Encode.string refusal.message )
                ]

        BadUrl url ->
            Encode.list Encode.string [ "BadUrl", url ]

        NetworkError ->
            Encode.string "NetworkError"

        Timeout ->
            Encode.string "Timeout"

        BadStatus status body ->
            Encode.list Encode.string [ "BadStatus", String.fromInt status, body ]

        BadBody reason ->
            Encode.list Encode.string [ "BadBody", reason ]


invalidToValue : Invalid -> Encode.Value
invalidToValue invalid =
    Encode.object
        [ ( "pointer", Encode.string invalid.pointer )
        , ( "rule", Encode.string invalid.rule )
        , ( "params", invalid.params )
        , ( "message", Encode.string invalid.message )
        ]


changeToValue : Maybe (Watch.Change CursorPosition) -> Encode.Value
changeToValue maybe =
    case maybe of
        Nothing ->
            Encode.null

        Just Watch.Restarted ->
            Encode.string "reset"

        Just (Watch.Set entry) ->
            Encode.object [ ( "set", entryToValue Kv.cursorPosition entry ) ]

        Just (Watch.Removed removal key version) ->
            Encode.object [ ( removalToString removal, Encode.list identity [ Encode.string key, versionToValue version ] ) ]

        Just Watch.Ready ->
            Encode.string "ready"

        Just Watch.Lost ->
            Encode.string "lost"

        Just (Watch.Stopped error) ->
            Encode.object [ ( "stopped", errorToValue error ) ]

        Just (Watch.Unreadable reason) ->
            Encode.object [ ( "unreadable", Encode.string reason ) ]


removalToString : Watch.Removal -> String
removalToString removal =
    case removal of
        Watch.Deleted ->
            "deleted"

        Watch.Expired ->
            "expired"

        Watch.Evicted ->
            "evicted"
