> GET /kv/ws HTTP/1.1
> Host: acme.example
> Connection: Upgrade
> Upgrade: websocket
> Sec-WebSocket-Version: 13
> Sec-WebSocket-Protocol: kv.1
> Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

< HTTP/1.1 101 Switching Protocols
< Sec-WebSocket-Protocol: kv.1

-> {"op":"watch","id":1,"type":"CursorPosition","prefix":"user:","schema":"s1.314999.6b120a.821ba9.94ddb5"}
<- {"watch":1,"op":"reset","type":"CursorPosition","prefix":"user:"}
<- {"watch":1,"op":"ready","id":"1763836800000000"}

-> {"op":"set","id":2,"type":"UserPreferences","key":"app_config","value":{"theme":"dark","notifications":true,"language":"de"}}
<- {"re":2,"status":200,"success":true,"version":"1763836800000001","expires_at":null}

# A write without an id has a response only if it fails; the watch reports the change.

-> {"op":"set","type":"CursorPosition","key":"user:7","value":{"x":3,"y":4,"item_id":"a","user_id":"7"}}
<- {"watch":1,"op":"set","id":"1763836800000001","key":"user:7","type":"CursorPosition","value":{"x":3,"y":4,"item_id":"a","user_id":"7"},"version":"1763836800000001","created_at":1763836800000,"updated_at":1763836800000,"expires_at":1763836830000}

-> {"op":"set","type":"CursorPosition","key":"user:7","value":{"x":3,"y":4,"item_id":"","user_id":"7"}}
<- {"re":null,"status":400,"problem":{"status":400,"title":"Bad Request","code":"invalid-value","error":"item_id must have 1 to 64 characters","errors":[{"pointer":"/item_id","rule":"len","params":{"min":1,"max":64},"message":"must have 1 to 64 characters"}]}}

-> {"op":"delete","type":"CursorPosition","key":"user:7"}
<- {"watch":1,"op":"deleted","id":"1763836800000002","key":"user:7","type":"CursorPosition","version":"1763836800000002"}

-> {"op":"watch","id":3,"type":"SessionCache","prefix":""}
<- {"re":3,"status":403,"problem":{"status":403,"title":"Forbidden","code":"forbidden","error":"…"}}

-> {"op":"unwatch","watch":1}
-> {"op":"get","id":4,"type":"UserPreferences","key":"app_config"}
<- {"re":4,"status":200,"found":true,"key":"app_config","type":"UserPreferences","value":{"theme":"dark","notifications":true,"language":"de"},"version":"1763836800000001","created_at":1763836800000,"updated_at":1763836800000,"expires_at":null}
