module Usage exposing (cacheUserSession, getCachedSession, getCursorsForItem, setAppConfig, updateCursor)

{-| Uses the signatures of `Kv.Seed` as in the design document: shares cursors, caches sessions and
stores the configuration.
-}

import Kv exposing (CursorPosition, SessionCache)
import Kv.Seed exposing (getSessionCache, listCursorPositions, setCursorPosition, setSessionCache, setUserPreferences)
import Task exposing (Task)
import Time



-- CLIENT COORDINATION


type alias Position =
    { x : Int, y : Int }


currentUserId : String
currentUserId =
    "7"


currentItemId : String
currentItemId =
    "diagram"


updateCursor : Position -> Cmd msg
updateCursor pos =
    setCursorPosition
        ("user:" ++ currentUserId)
        { x = pos.x, y = pos.y, item_id = currentItemId, user_id = currentUserId }


getCursorsForItem : String -> Task Never (List CursorPosition)
getCursorsForItem itemId =
    listCursorPositions "user:"
        |> Task.map (List.map Tuple.second)
        |> Task.map (List.filter (\cursor -> cursor.item_id == itemId))



-- SESSION MANAGEMENT


type alias User =
    { id : String }


type alias Permissions =
    List String


{-| Takes the time as an argument, since an Elm function cannot read the clock.
-}
cacheUserSession : Time.Posix -> User -> Permissions -> Cmd msg
cacheUserSession now user perms =
    setSessionCache
        ("session:" ++ user.id)
        { user_id = user.id
        , permissions = perms
        , last_activity = Time.posixToMillis now
        }


getCachedSession : String -> Task Never (Maybe SessionCache)
getCachedSession userId =
    getSessionCache ("session:" ++ userId)



-- APPLICATION STATE


type alias AppConfig =
    { theme : String, enableNotifications : Bool, language : String }


setAppConfig : AppConfig -> Cmd msg
setAppConfig config =
    setUserPreferences
        "app_config"
        { theme = config.theme
        , notifications = config.enableNotifications
        , language = config.language
        }
