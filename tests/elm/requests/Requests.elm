port module Requests exposing (main)

{-| Tests requests before they are sent, and tasks of several requests.
-}

import Dict
import Http
import Json.Decode as Decode
import Json.Encode as Encode
import Kv exposing (CursorPosition)
import Kv.Request as Request exposing (Error(..), Request, Version)
import Kv.Seed
import Kv.Type as Type
import Task


{-| Reports the failed checks.
-}
port said : Encode.Value -> Cmd msg


{-| Reports the result of a task.
-}
port done : Encode.Value -> Cmd msg


main : Program String () Msg
main =
    Platform.worker
        { init = \task -> ( (), Cmd.batch [ said (Encode.list Encode.string failed), perform task ] )
        , update = \(Done value) model -> ( model, done value )
        , subscriptions = \_ -> Sub.none
        }


type Msg
    = Done Encode.Value


cursor : CursorPosition
cursor =
    { x = 1, y = 2, item_id = "a", user_id = "7" }


invalid : CursorPosition
invalid =
    { cursor | item_id = "" }


set : Request Version
set =
    Kv.setCursorPosition "user:7" cursor


version : String -> Maybe Version
version number =
    Decode.decodeString Request.versionDecoder ("\"" ++ number ++ "\"")
        |> Result.toMaybe


ifVersion : String -> Request a -> Request a
ifVersion number =
    version number
        |> Maybe.map Request.ifVersion
        |> Maybe.withDefault identity


isAtLeast : String -> String -> Bool
isAtLeast one other =
    Maybe.map2 Request.atLeast (version one) (version other) == Just True


url : Request a -> String
url =
    Request.inspect >> Result.map .url >> Result.withDefault "none"


header : String -> Request a -> List String
header name request =
    case Request.inspect request of
        Ok it ->
            it.headers
                |> List.filter (\( other, _ ) -> String.toLower other == String.toLower name)
                |> List.map Tuple.second

        Err _ ->
            [ "none" ]


failed : List String
failed =
    checks
        |> List.filterMap
            (\( name, holds ) ->
                if holds then
                    Nothing

                else
                    Just name
            )


checks : List ( String, Bool )
checks =
    [ ( "a key is in the query, whatever is in it"
      , url (Kv.getCursorPosition "a/b ?&=+%#ü😀") == "/kv/get/CursorPosition?key=a%2Fb%20%3F%26%3D%2B%25%23%C3%BC%F0%9F%98%80"
      )
    , ( "a base URL stands before, with one slash"
      , url (Request.withBaseUrl "https://acme.example/" set) == "https://acme.example/kv/set/CursorPosition?key=user%3A7"
      )
    , ( "of several times to live the last one holds"
      , List.map url [ set |> Request.withTtl 5 |> Request.keepTtl, set |> Request.withoutTtl |> Request.withTtl 5 ]
            == [ url set ++ "&ttl_ms=keep", url set ++ "&ttl_ms=5" ]
      )
    , ( "of several conditions the last one holds"
      , (set |> Request.ifAbsent |> ifVersion "12" |> header "If-Match")
            == [ "\"12\"" ]
            && (set |> ifVersion "12" |> Request.ifAbsent |> header "If-Match")
            == []
            && (set |> ifVersion "12" |> Request.ifPresent |> header "If-Match")
            == [ "*" ]
      )
    , ( "a header takes the place of another of its name"
      , (set |> Request.withHeader "Authorization" "a" |> Request.withHeader "authorization" "b" |> header "Authorization") == [ "b" ]
      )
    , ( "a time-out is told"
      , (set |> Request.withTimeout 100 |> Request.inspect |> Result.toMaybe |> Maybe.andThen .timeout) == Just 100
      )
    , ( "a page's size and beginning are in the query"
      , url (Kv.listCursorPositions "user:" |> Request.limit 2 |> Request.after "user:7") == "/kv/list/CursorPosition?prefix=user%3A&limit=2&after=user%3A7"
      )
    , ( "without checkFirst an invalid value is sent"
      , url (Kv.setCursorPosition "user:7" invalid) == url set
      )
    , ( "with checkFirst it is not"
      , case Kv.setCursorPosition "user:7" invalid |> Request.checkFirst |> Request.inspect of
            Err (InvalidValue list) ->
                Type.at "/item_id" list == [ "must have 1 to 64 characters" ] && Type.at "" list == [ "must have 1 to 64 characters" ]

            _ ->
                False
      )
    , ( "checkFirst lets a valid value pass"
      , url (Request.checkFirst set) == url set
      )
    , ( "half of a surrogate pair is no key"
      , List.all isInvalidKey halves
      )
    , ( "a key that cannot be made is said"
      , case Request.put Kv.cursorPosition (Err "a:b") cursor |> Request.inspect of
            Err (InvalidKey "a:b") ->
                True

            _ ->
                False
      )
    , ( "what was changed is read"
      , case Request.inspect (Request.map (\_ -> "changed") set) of
            Ok it ->
                it.fromResponse (good "{\"version\":\"1\"}") == Ok "changed"

            Err _ ->
                False
      )
    , ( "an answer that makes no sense is said"
      , case Request.inspect set |> Result.map (\it -> it.fromResponse (good "<html>")) of
            Ok (Err (BadBody _)) ->
                True

            _ ->
                False
      )
    , ( "versions are compared as numbers"
      , isAtLeast "12" "12" && isAtLeast "100" "99" && not (isAtLeast "99" "100") && not (isAtLeast "11" "12")
      )
    ]


{-| Strings with surrogates, alone and next to others, at the start, in the middle and at the end.
-}
halves : List String
halves =
    let
        first : String
        first =
            String.left 1 "😀"

        second : String
        second =
            String.dropLeft 1 "😀"
    in
    List.concatMap (\half -> [ half, half ++ "a", "a" ++ half, "a" ++ half ++ "a", "😀" ++ half, half ++ "😀" ])
        [ first, second, first ++ first, second ++ second, second ++ first, first ++ "a" ++ second ]


isInvalidKey : String -> Bool
isInvalidKey key =
    case Kv.getCursorPosition key |> Request.inspect of
        Err (InvalidKey same) ->
            same == key

        _ ->
            False


good : String -> Http.Response String
good body =
    Http.GoodStatus_ { url = "", statusCode = 200, statusText = "", headers = Dict.empty } body


perform : String -> Cmd Msg
perform task =
    case task of
        "all" ->
            Request.all (Kv.listCursorPositions "user:")
                |> Task.map (List.map .key >> Encode.list Encode.string)
                |> Task.onError (Request.errorToString >> Encode.string >> Task.succeed)
                |> Task.perform Done

        "seedList" ->
            Kv.Seed.listCursorPositions "user:"
                |> Task.map (List.map Tuple.first >> Encode.list Encode.string)
                |> Task.perform Done

        "seedGet" ->
            Kv.Seed.getCursorPosition "user:7"
                |> Task.map (Maybe.map (.x >> Encode.int) >> Maybe.withDefault Encode.null)
                |> Task.perform Done

        _ ->
            Cmd.none
