port module Scripted exposing (Model, Msg, main)

{-| Executes the steps of a script and reports after each step what a page would show.
-}

import Json.Decode as Decode exposing (Decoder)
import Json.Encode as Encode
import Kv exposing (CursorPosition, UserPreferences)
import Kv.Live as Live exposing (Live)
import Kv.Request as Request exposing (Error, Version)
import Kv.Watch as Watch


port order : (Decode.Value -> msg) -> Sub msg


port shown : Encode.Value -> Cmd msg


main : Program () Model Msg
main =
    Platform.worker { init = \() -> init, update = update, subscriptions = subscriptions }


type alias Model =
    { cursors : Live CursorPosition
    , settings : Live UserPreferences
    , failure : Maybe Error
    }


type Msg
    = Heard Watch.Event
    | Ordered (Result Decode.Error Order)
    | Moved String (Result Error Version)


type Order
    = Start
    | Stop
    | StartSettings
    | StopSettings
    | Move String Int
    | Tell String Int
    | Forget String
    | TellBadKey
    | TellTheme String String
    | TellElsewhere String Int


init : ( Model, Cmd Msg )
init =
    ( { cursors = Kv.liveCursorPositions "user:"
      , settings = Kv.liveUserPreferences ""
      , failure = Nothing
      }
    , Cmd.none
    )


subscriptions : Model -> Sub Msg
subscriptions _ =
    Sub.batch
        [ Watch.events Heard
        , order (Decode.decodeValue orderDecoder >> Ordered)
        ]


update : Msg -> Model -> ( Model, Cmd Msg )
update msg model =
    case msg of
        Heard event ->
            showing
                { model
                    | cursors = Live.update event model.cursors
                    , settings = Live.update event model.settings
                }
                Cmd.none

        Ordered (Ok Start) ->
            showing model (Live.start model.cursors)

        Ordered (Ok Stop) ->
            showing model (Live.stop model.cursors)

        Ordered (Ok StartSettings) ->
            showing model (Live.start model.settings)

        Ordered (Ok StopSettings) ->
            showing model (Live.stop model.settings)

        Ordered (Ok (TellTheme key theme)) ->
            showing model (Watch.tell (Kv.setUserPreferences key { theme = theme, notifications = True, language = "en" }))

        Ordered (Ok (TellElsewhere key x)) ->
            showing model
                (Kv.setCursorPosition key (cursor x)
                    |> Request.withBaseUrl "https://store.example/"
                    |> Request.withTimeout 250
                    |> Watch.tell
                )

        Ordered (Ok (Move key x)) ->
            showing
                { model | cursors = Live.assume key (cursor x) model.cursors }
                (Kv.setCursorPosition key (cursor x) |> Request.send (Moved key))

        Ordered (Ok (Tell key x)) ->
            showing model (Kv.setCursorPosition key (cursor x) |> Request.withTtl (1000 + x) |> Watch.tell)

        Ordered (Ok (Forget key)) ->
            showing model (Watch.tell (Kv.deleteCursorPosition key))

        Ordered (Ok TellBadKey) ->
            showing model (Watch.tell (Kv.deleteCursorPosition (String.left 1 "😀")))

        Ordered (Err _) ->
            ( model, Cmd.none )

        Moved key outcome ->
            showing
                { model
                    | cursors = Live.settle key outcome model.cursors
                    , failure =
                        case outcome of
                            Ok _ ->
                                Nothing

                            Err error ->
                                Just error
                }
                Cmd.none


cursor : Int -> CursorPosition
cursor x =
    { x = x, y = 0, item_id = "a", user_id = "7" }


orderDecoder : Decoder Order
orderDecoder =
    let
        withKeyAndX : (String -> Int -> Order) -> Decoder Order
        withKeyAndX make =
            Decode.map2 make (Decode.field "key" Decode.string) (Decode.field "x" Decode.int)
    in
    Decode.field "do" Decode.string
        |> Decode.andThen
            (\what ->
                case what of
                    "start" ->
                        Decode.succeed Start

                    "stop" ->
                        Decode.succeed Stop

                    "startSettings" ->
                        Decode.succeed StartSettings

                    "move" ->
                        withKeyAndX Move

                    "tell" ->
                        withKeyAndX Tell

                    "forget" ->
                        Decode.map Forget (Decode.field "key" Decode.string)

                    "stopSettings" ->
                        Decode.succeed StopSettings

                    "tellTheme" ->
                        Decode.map2 TellTheme (Decode.field "key" Decode.string) (Decode.field "theme" Decode.string)

                    "tellElsewhere" ->
                        withKeyAndX TellElsewhere

                    "tellBadKey" ->
                        Decode.succeed TellBadKey

                    _ ->
                        Decode.fail what
            )


showing : Model -> Cmd Msg -> ( Model, Cmd Msg )
showing model cmd =
    ( model
    , Cmd.batch
        [ cmd
        , shown
            (Encode.object
                [ ( "status", Encode.string (statusToString (Live.status model.cursors)) )
                , ( "cursors"
                  , Live.toList model.cursors
                        |> List.map (\( key, { x } ) -> ( key, Encode.int x ))
                        |> Encode.object
                  )
                , ( "got"
                  , Live.toList model.cursors
                        |> List.filterMap (\( key, _ ) -> Live.get key model.cursors |> Maybe.map (Tuple.pair key))
                        |> List.map (\( key, { x } ) -> ( key, Encode.int x ))
                        |> Encode.object
                  )
                , ( "server"
                  , Live.toList model.cursors
                        |> List.filterMap (\( key, _ ) -> Live.entry key model.cursors)
                        |> List.map (\entry -> ( entry.key, Encode.int entry.value.x ))
                        |> Encode.object
                  )
                , ( "settings", Encode.string (statusToString (Live.status model.settings)) )
                , ( "themes"
                  , Live.toList model.settings
                        |> List.map (\( key, { theme } ) -> ( key, Encode.string theme ))
                        |> Encode.object
                  )
                , ( "failure"
                  , case model.failure of
                        Just error ->
                            Encode.string (Request.errorToString error)

                        Nothing ->
                            Encode.null
                  )
                ]
            )
        ]
    )


statusToString : Live.Status -> String
statusToString status =
    case status of
        Live.Catching ->
            "catching"

        Live.Current ->
            "current"

        Live.Refused error ->
            "refused: " ++ Request.errorToString error

        Live.Unreadable _ ->
            "unreadable"
