// Runs checks of requests, and tasks of several requests: `node run.mjs PROGRAM`.

import assert from "node:assert/strict";
import { clock, load, requests } from "../live/world.mjs";

const Elm = await load(process.argv[2]);

async function begin(task) {
  const app = Elm.Requests.init({ flags: task });
  const heard = { said: null, done: undefined };
  app.ports.said.subscribe((it) => (heard.said = it));
  app.ports.done.subscribe((it) => (heard.done = it));
  await clock.wait();
  return heard;
}
const answers = async (...what) => {
  requests.shift().answers(...what);
  await clock.wait();
};
const value = { x: 3, y: 0, item_id: "a", user_id: "7" };
const page = (next, ...keys) => ({
  keys: keys.map((key) => ({
    key, type: "CursorPosition", value, version: "1", created_at: 1, updated_at: 1, expires_at: null,
  })),
  next,
});

assert.deepEqual((await begin("none")).said, []);

for (const task of ["all", "seedList"]) {
  const heard = await begin(task);
  assert.equal(requests[0].url, "/kv/list/CursorPosition?prefix=user%3A");
  await answers(200, page("b", "a", "b"));
  assert.equal(requests[0].url, "/kv/list/CursorPosition?prefix=user%3A&after=b");
  await answers(200, page("c", "c"));
  assert.equal(requests[0].url, "/kv/list/CursorPosition?prefix=user%3A&after=c");
  await answers(200, page(null));
  assert.deepEqual(heard.done, ["a", "b", "c"]);

  const failing = await begin(task);
  await answers(200, page("b", "a", "b"));
  await answers(403, { status: 403, title: "", code: "forbidden", error: "it is forbidden" });
  assert.deepEqual(failing.done, task === "all" ? "it is forbidden" : []);
}

const found = await begin("seedGet");
await answers(200, { found: true, ...page(null, "user:7").keys[0] });
assert.equal(found.done, 3);
const absent = await begin("seedGet");
await answers(200, { found: false, value: null });
assert.equal(absent.done, null);
const failed = await begin("seedGet");
requests.shift().fails();
await clock.wait();
assert.equal(failed.done, null);
assert.equal(requests.length, 0);
