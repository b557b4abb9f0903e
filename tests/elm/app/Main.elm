module Main exposing (Model, Msg, main)

{-| A board for several users: their pointers, the settings of one user, and the permissions of the
session.
-}

import Browser
import Browser.Events
import Html exposing (Html)
import Html.Attributes as Attributes
import Html.Events as Events
import Json.Decode as Decode
import Kv exposing (CursorPosition, SessionCache, UserPreferences)
import Kv.Live as Live exposing (Live)
import Kv.Request as Request exposing (Request, Version)
import Kv.Type as Type
import Kv.Watch as Watch


main : Program String Model Msg
main =
    Browser.element
        { init = init
        , update = update
        , view = view
        , subscriptions = subscriptions
        }


type alias Model =
    { user : String
    , cursors : Live CursorPosition
    , settings : Live UserPreferences
    , session : Session
    , draft : Maybe UserPreferences
    , failure : Maybe Request.Error
    }


type Session
    = Asking
    | Known SessionCache
    | Nobody
    | Failed Request.Error


type Msg
    = Heard Watch.Event
    | Pointed Int Int
    | Left
    | Drafted UserPreferences
    | Saving UserPreferences
    | Saved (Result Request.Error Version)
    | GotSession (Result Request.Error (Maybe SessionCache))


init : String -> ( Model, Cmd Msg )
init user =
    let
        model : Model
        model =
            { user = user
            , cursors = Kv.liveCursorPositions "user:"
            , settings = Kv.liveUserPreferences user
            , session = Asking
            , draft = Nothing
            , failure = Nothing
            }
    in
    ( model
    , Cmd.batch
        [ Live.start model.cursors
        , Live.start model.settings
        , Kv.getSessionCache ("session:" ++ user)
            |> Request.withTimeout 5000
            |> Request.send GotSession
        ]
    )


subscriptions : Model -> Sub Msg
subscriptions _ =
    Sub.batch
        [ Watch.events Heard
        , Browser.Events.onMouseMove
            (Decode.map2 Pointed
                (Decode.field "clientX" Decode.int)
                (Decode.field "clientY" Decode.int)
            )
        ]


update : Msg -> Model -> ( Model, Cmd Msg )
update msg model =
    case msg of
        Heard event ->
            ( { model
                | cursors = Live.update event model.cursors
                , settings = Live.update event model.settings
              }
            , Cmd.none
            )

        Pointed x y ->
            ( model
            , Kv.setCursorPosition (cursorKey model) { x = x, y = y, item_id = "board", user_id = model.user }
                |> Request.withTtl 10000
                |> Watch.tell
            )

        Left ->
            ( model, Watch.tell (Kv.deleteCursorPosition (cursorKey model)) )

        Drafted draft ->
            ( { model | draft = Just draft }, Cmd.none )

        Saving draft ->
            ( { model | settings = Live.assume model.user draft model.settings, failure = Nothing }
            , Kv.setUserPreferences model.user draft
                |> overWhatIsShown model
                |> Request.checkFirst
                |> Request.send Saved
            )

        Saved (Ok version) ->
            ( { model | settings = Live.settle model.user (Ok version) model.settings, draft = Nothing }, Cmd.none )

        Saved (Err error) ->
            ( { model | settings = Live.settle model.user (Err error) model.settings, failure = Just error }, Cmd.none )

        GotSession (Ok (Just session)) ->
            ( { model | session = Known session }, Cmd.none )

        GotSession (Ok Nothing) ->
            ( { model | session = Nobody }, Cmd.none )

        GotSession (Err error) ->
            ( { model | session = Failed error }, Cmd.none )


cursorKey : Model -> String
cursorKey model =
    "user:" ++ model.user


overWhatIsShown : Model -> Request Version -> Request Version
overWhatIsShown model =
    case Live.entry model.user model.settings of
        Just { version } ->
            Request.ifVersion version

        Nothing ->
            Request.ifAbsent


view : Model -> Html Msg
view model =
    Html.main_ [ Events.onMouseLeave Left ]
        [ viewCursors model.cursors
        , case model.session of
            Known session ->
                viewSettings (List.member "edit" session.permissions) model

            Asking ->
                Html.p [] [ Html.text "One moment" ]

            Nobody ->
                Html.p [] [ Html.text "Who are you?" ]

            Failed error ->
                viewFailure error
        ]


viewCursors : Live CursorPosition -> Html msg
viewCursors cursors =
    Html.ul [ Attributes.classList [ ( "stale", Live.status cursors /= Live.Current ) ] ]
        (List.map viewCursor (Live.toList cursors))


viewCursor : ( String, CursorPosition ) -> Html msg
viewCursor ( key, cursor ) =
    Html.li
        [ Attributes.id key
        , Attributes.style "left" (String.fromInt cursor.x ++ "px")
        , Attributes.style "top" (String.fromInt cursor.y ++ "px")
        ]
        [ Html.text cursor.user_id ]


viewSettings : Bool -> Model -> Html Msg
viewSettings mayEdit model =
    let
        draft : UserPreferences
        draft =
            case ( model.draft, Live.get model.user model.settings ) of
                ( Just edited, _ ) ->
                    edited

                ( Nothing, Just stored ) ->
                    stored

                ( Nothing, Nothing ) ->
                    { theme = "light", notifications = True, language = "en" }

        invalid : List Type.Invalid
        invalid =
            Kv.validateUserPreferences draft
    in
    Html.form [ Events.onSubmit (Saving draft) ]
        [ Html.input [ Attributes.value draft.theme, Events.onInput (\theme -> Drafted { draft | theme = theme }) ] []
        , viewInvalid "/theme" invalid
        , Html.input [ Attributes.value draft.language, Events.onInput (\language -> Drafted { draft | language = language }) ] []
        , viewInvalid "/language" invalid
        , Html.input
            [ Attributes.type_ "checkbox"
            , Attributes.checked draft.notifications
            , Events.onCheck (\notifications -> Drafted { draft | notifications = notifications })
            ]
            []
        , Html.button [ Attributes.disabled (not mayEdit || invalid /= []) ] [ Html.text "Save" ]
        , model.failure
            |> Maybe.map viewFailure
            |> Maybe.withDefault (Html.text "")
        ]


viewInvalid : String -> List Type.Invalid -> Html msg
viewInvalid pointer invalid =
    Html.ul []
        (Type.at pointer invalid
            |> List.map (\message -> Html.li [] [ Html.text message ])
        )


viewFailure : Request.Error -> Html msg
viewFailure error =
    Html.p []
        [ Html.text <|
            case error of
                Request.Conflict _ ->
                    "Somebody else was faster: this is theirs."

                Request.SchemaChanged ->
                    "This page is old. Please reload it."

                _ ->
                    Request.errorToString error
        ]
