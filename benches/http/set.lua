wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"x":3,"y":4,"item_id":"a","user_id":"7"}'
