// Runs Kv.Live and kv-watch.js against a scripted server: `node scenarios.mjs PROGRAM WATCH SCENARIO`,
// where PROGRAM is the compiled Scripted.elm, or page.mjs to run without Elm.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { FakeSocket, clock, fetches, goesOnline, load, requests, sockets, warnings } from "./world.mjs";

const [program, watchScript, chosen] = process.argv.slice(2);
const Elm = await load(program);
const { connectKv } = await import(pathToFileURL(watchScript));

let app, page, pages;

function begin(options = {}) {
  app = Elm.Scripted.init({ flags: null });
  pages = [];
  app.ports.shown.subscribe((it) => pages.push((page = it)));
  return connectKv(app, { WebSocket: FakeSocket, ...options });
}

const order = async (what, more = {}) => {
  app.ports.order.send({ do: what, ...more });
  await clock.wait();
};
const socket = () => sockets.at(-1);
const says = async (...frames) => {
  socket().says(...frames);
  await clock.wait();
};
const opens = async () => {
  socket().opens();
  await clock.wait();
};
const breaks = async () => {
  socket().breaks();
  await clock.wait();
};
const entry = (key, x, version) => ({
  key, type: "CursorPosition", value: { x, y: 0, item_id: "a", user_id: "7" },
  version, created_at: 1, updated_at: 2, expires_at: null,
});
const reset = (watch) => ({ watch, op: "reset", type: "CursorPosition", prefix: "user:" });
const set = (watch, key, x, version, id) => ({ watch, op: "set", ...(id && { id }), ...entry(key, x, version) });
const gone = (watch, op, key, version) => ({ watch, op, id: version, key, type: "CursorPosition", version });
const ready = (watch, id) => ({ watch, op: "ready", id });
const problem = (status, code) => ({ status, title: "", code, error: `it is ${code}` });
const shows = (status, cursors) => {
  assert.deepEqual([page.status, page.cursors], [status, cursors]);
  // Reading each key separately gives the same values.
  assert.deepEqual(page.got, cursors);
};
const answer = async (...what) => {
  requests.shift().answers(...what);
  await clock.wait();
};

/** Starts a watch and receives a snapshot of these cursors. */
async function watching(cursors = {}, version = "10") {
  begin();
  await order("start");
  await opens();
  const { id } = socket().heard()[0];
  await says(reset(id), ...Object.entries(cursors).map(([key, x]) => set(id, key, x, version)), ready(id, version));
  shows("current", cursors);
  return id;
}

// Scenarios of kv-watch.js, with any program.
const ofTheScript = {
  async snapshot_is_shown_when_it_is_complete() {
    begin();
    assert.equal(sockets.length, 0);
    await order("start");
    assert.equal(socket().url, "wss://acme.example/kv/ws");
    assert.deepEqual(socket().protocols, ["kv.1"]);
    await opens();
    const [frame, ...rest] = socket().heard();
    assert.deepEqual(rest, []);
    assert.match(frame.schema, /^s1\./);
    delete frame.schema;
    assert.deepEqual(frame, { op: "watch", id: 1, type: "CursorPosition", prefix: "user:" });
    await says(reset(1), set(1, "user:7", 3, "7"));
    shows("catching", {});
    await says(ready(1, "8"));
    shows("current", { "user:7": 3 });
    await says(set(1, "user:8", 4, "9", "9"));
    shows("current", { "user:7": 3, "user:8": 4 });
  },

  async all_watches_share_one_socket_and_receive_their_own_frames() {
    await watching({ "user:7": 3 });
    await order("startSettings");
    assert.equal(sockets.length, 1);
    const [{ id, type, prefix }] = socket().heard();
    assert.deepEqual([id, type, prefix], [2, "UserPreferences", ""]);
    const value = { theme: "dark", notifications: true, language: "de" };
    await says(
      { watch: 2, op: "reset", type: "UserPreferences", prefix: "" },
      { ...entry("a", 0, "3"), type: "UserPreferences", value, watch: 2, op: "set" },
      ready(2, "3"),
    );
    assert.deepEqual([page.settings, page.themes], ["current", { a: "dark" }]);
    shows("current", { "user:7": 3 });
  },

  async removals_of_every_kind_are_shown() {
    const id = await watching({ "user:1": 1, "user:2": 2, "user:3": 3, "user:4": 4 });
    await says(gone(id, "deleted", "user:1", "11"), gone(id, "expired", "user:2", "12"), gone(id, "evicted", "user:3", "13"));
    shows("current", { "user:4": 4 });
  },

  async connection_lost_within_a_snapshot_restarts_it() {
    begin();
    await order("start");
    await opens();
    socket().heard();
    await says(reset(1), set(1, "user:7", 3, "7"));
    await breaks();
    shows("catching", {});
    await clock.wait(1000);
    assert.equal(sockets.length, 2);
    await opens();
    const [{ id, after }] = socket().heard();
    assert.equal(after, undefined);
    await says(reset(id), set(id, "user:8", 4, "9"), ready(id, "9"));
    shows("current", { "user:8": 4 });
  },

  async lost_connection_resumes_after_the_last_version() {
    const id = await watching({ "user:7": 3, "user:8": 4 });
    await says(set(id, "user:7", 5, "11", "11"));
    await breaks();
    shows("catching", { "user:7": 5, "user:8": 4 });
    await clock.wait(1000);
    await opens();
    const [{ id: next, after }] = socket().heard();
    assert.equal(after, "11");
    assert.notEqual(next, id);
    await says(gone(next, "deleted", "user:8", "12"), set(next, "user:9", 6, "13", "13"), ready(next, "13"));
    shows("current", { "user:7": 5, "user:9": 6 });
  },

  async reset_replaces_the_values_when_its_snapshot_is_complete() {
    const id = await watching({ "user:7": 3, "user:8": 4 });
    await says(reset(id), set(id, "user:7", 9, "20"));
    shows("catching", { "user:7": 3, "user:8": 4 });
    await says(ready(id, "21"));
    shows("current", { "user:7": 9 });
    // Between `reset` and `ready` there is no version from which to resume.
    await says(reset(id));
    await breaks();
    await clock.wait(1000);
    await opens();
    assert.equal(socket().heard()[0].after, undefined);
    shows("catching", { "user:7": 9 });
  },

  async refused_watch_reports_it_and_is_not_retried() {
    const id = await watching({ "user:7": 3 });
    await order("startSettings");
    await says({ re: 2, status: 403, problem: problem(403, "forbidden") });
    assert.equal(page.settings, "refused: it is forbidden");
    shows("current", { "user:7": 3 });
    await breaks();
    await clock.wait(1000);
    await opens();
    assert.deepEqual(socket().heard().map(({ type }) => type), ["CursorPosition"]);
    await says({ re: socket().sent.at(-1)?.id ?? id + 2, status: 409, problem: problem(409, "schema-mismatch") });
    assert.match(page.status, /^refused: /);
  },

  async unavailable_watch_is_retried() {
    const id = await watching({ "user:7": 3 });
    socket().heard();
    await says({ re: id, status: 503, problem: problem(503, "unavailable") });
    shows("catching", { "user:7": 3 });
    await clock.wait(10_000);
    const [{ id: next, after }] = socket().heard();
    assert.equal(after, "10");
    await says(ready(next, "10"));
    shows("current", { "user:7": 3 });
  },

  async unavailable_watch_that_was_restarted_or_stopped_is_not_retried() {
    const id = await watching({ "user:7": 3 });
    await order("startSettings");
    const unavailable = (re) => says({ re, status: 503, problem: problem(503, "unavailable") });
    // The watch is stopped meanwhile.
    socket().heard();
    await unavailable(2);
    await order("stopSettings");
    await clock.wait(10_000);
    assert.deepEqual(socket().heard(), [{ op: "unwatch", watch: 2 }]);
    // The watch is started a second time meanwhile.
    await unavailable(id);
    await order("start");
    await clock.wait(10_000);
    assert.deepEqual(socket().heard().map(({ op }) => op), ["unwatch", "watch"]);
    // The socket reconnects meanwhile, or has not yet reconnected.
    await unavailable(3);
    await breaks();
    await clock.wait(500);
    await opens();
    await clock.wait(10_000);
    assert.deepEqual(socket().heard().map(({ op }) => op), ["watch"]);
    await unavailable(4);
    await breaks();
    await clock.wait(10_000);
    await opens();
    assert.deepEqual(socket().heard().map(({ op, id }) => [op, id]), [["watch", 5]]);
  },

  async socket_without_watches_is_closed() {
    const id = await watching({ "user:7": 3 });
    await says({ re: id, status: 403, problem: problem(403, "forbidden") });
    assert.equal(page.status, "refused: it is forbidden");
    assert.ok(socket().closed);
    await clock.wait(100_000);
    await order("stop");
    assert.equal(sockets.length, 1);
  },

  async problems_without_a_watch_are_logged() {
    await watching({ "user:7": 3 });
    const { length } = pages;
    await says({ re: null, status: 400, problem: problem(400, "invalid-json") }, { watch: 99, op: "reset" }, { op: "pong" });
    assert.deepEqual([warnings, pages.length], [["kv: it is invalid-json"], length]);
    shows("current", { "user:7": 3 });
  },

  async value_removed_within_a_snapshot_is_not_shown() {
    const id = await watching({ "user:7": 3 });
    await says(reset(id), set(id, "user:7", 4, "20"), set(id, "user:8", 5, "21"));
    await says({ ...gone(id, "deleted", "user:8", "22"), id: undefined }, ready(id, "22"));
    shows("current", { "user:7": 4 });
  },

  async silent_connection_counts_as_lost() {
    await watching({ "user:7": 3 });
    for (let i = 0; i < 10; i++) {
      await clock.wait(44_000);
      await says({ op: "ping" });
    }
    assert.equal(sockets.length, 1);
    shows("current", { "user:7": 3 });
    await clock.wait(45_000);
    shows("catching", { "user:7": 3 });
    assert.ok(sockets[0].closed);
    await clock.wait(500);
    assert.equal(sockets.length, 2);
    // A socket that never opens times out as well.
    await clock.wait(46_000);
    assert.equal(sockets.length, 3);
  },

  async reconnects_back_off_until_one_succeeds() {
    await watching({});
    const pauses = [];
    await breaks();
    for (let i = 0; i < 9; i++) {
      let pause = 0;
      for (const before = sockets.length; sockets.length === before; pause += 250) await clock.wait(250);
      pauses.push(pause);
      await breaks();
    }
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    await clock.wait(30_000);
    await opens();
    await says(ready(socket().heard()[0].id, "10"));
    shows("current", {});
    await breaks();
    await clock.wait(500);
    assert.equal(socket().readyState, 0);
  },

  async token_is_sent_first() {
    let give;
    begin({ token: () => new Promise((resolve) => (give = resolve)) });
    await order("start");
    await opens();
    await order("startSettings");
    assert.deepEqual(socket().heard(), []);
    give("secret");
    await clock.wait();
    assert.deepEqual(socket().heard().map(({ op, token, type }) => [op, token ?? type]), [
      ["hello", "secret"], ["watch", "CursorPosition"], ["watch", "UserPreferences"],
    ]);
    // The token is sent on each new socket.
    await breaks();
    await clock.wait(500);
    await opens();
    give("newer");
    await clock.wait();
    assert.deepEqual(socket().heard()[0], { op: "hello", token: "newer" });
  },

  async socket_lost_while_waiting_for_the_token_is_dropped() {
    const gives = [];
    begin({ token: () => new Promise((give) => gives.push(give)) });
    await order("start");
    await opens();
    await breaks();
    // The token arrives while there is no socket, while the next socket connects, and while the next
    // socket waits for its own token.
    gives[0]("old");
    await clock.wait(500);
    assert.equal(sockets.length, 2);
    await order("startSettings");
    await opens();
    await breaks();
    await clock.wait(1000);
    assert.equal(sockets.length, 3);
    gives[1]("older");
    await clock.wait();
    await order("stopSettings");
    await order("startSettings");
    assert.deepEqual(socket().heard(), []);
    await opens();
    assert.deepEqual(socket().heard(), []);
    gives[2]("new");
    await clock.wait();
    assert.deepEqual(socket().heard().map(({ op, token, type }) => [op, token ?? type]), [
      ["hello", "new"], ["watch", "CursorPosition"], ["watch", "UserPreferences"],
    ]);
    assert.deepEqual([sockets[0].heard(), sockets[1].heard(), warnings], [[], [], []]);
  },

  async failed_token_is_requested_again() {
    const asked = [];
    begin({ token: () => new Promise((give, fail) => asked.push({ give, fail })) });
    await order("start");
    await opens();
    asked[0].fail(new Error("no session"));
    await clock.wait();
    assert.ok(sockets[0].closed);
    assert.match(warnings[0], /no session/);
    shows("catching", {});
    await clock.wait(500);
    assert.equal(sockets.length, 2);
    await opens();
    // A token that fails after its socket has closed does not affect another socket.
    await breaks();
    await clock.wait(1000);
    await opens();
    asked[1].fail(new Error("too late"));
    await clock.wait();
    assert.ok(!socket().closed);
    asked[2].give(null);
    await clock.wait();
    assert.deepEqual(socket().heard().map(({ op }) => op), ["watch"]);
    assert.equal(sockets.length, 3);
  },

  async token_may_be_a_string() {
    begin({ token: "secret" });
    await order("start");
    await opens();
    assert.deepEqual(socket().heard().map(({ op }) => op), ["hello", "watch"]);
  },

  async socket_uses_the_base_url() {
    for (const [baseUrl, url] of [
      ["https://store.example", "wss://store.example/kv/ws"],
      ["http://localhost:8000/", "ws://localhost:8000/kv/ws"],
      ["https://acme.example/api//", "wss://acme.example/api/kv/ws"],
    ]) {
      const end = begin({ baseUrl });
      await order("start");
      assert.equal(socket().url, url);
      end();
    }
  },

  async failed_socket_construction_is_retried() {
    FakeSocket.refuses = true;
    begin();
    await order("start");
    assert.equal(warnings.length, 1);
    await clock.wait(500);
    assert.equal(warnings.length, 2);
    FakeSocket.refuses = false;
    await clock.wait(1000);
    assert.equal(sockets.length, 1);
    await opens();
    assert.equal(socket().heard().length, 1);
  },

  async online_event_reconnects_immediately() {
    const id = await watching({ "user:7": 3 });
    goesOnline();
    await clock.wait();
    assert.equal(sockets.length, 1);
    await breaks();
    goesOnline();
    await clock.wait();
    assert.equal(sockets.length, 2);
    // The scheduled reconnect is cancelled.
    await breaks();
    await clock.wait(999);
    assert.equal(sockets.length, 2);
    await clock.wait(1);
    assert.equal(sockets.length, 3);
    await opens();
    const [{ id: next }] = socket().heard();
    await says(ready(next, "10"));
    assert.notEqual(next, id);
    shows("current", { "user:7": 3 });
  },

  async released_socket_is_ignored() {
    const id = await watching({ "user:7": 3 });
    const [old] = sockets;
    await clock.wait(45_500);
    assert.equal(sockets.length, 2);
    old.says(set(id, "user:7", 9, "11", "11"));
    old.breaks();
    old.opens();
    await opens();
    await says(ready(socket().heard()[0].id, "10"));
    shows("current", { "user:7": 3 });
    await clock.wait(1000);
    assert.deepEqual([sockets.length, old.heard(), socket().closed], [2, [], false]);
  },

  async each_loss_is_reported_once() {
    const id = await watching({ "user:7": 3 });
    await breaks();
    const told = pages.length;
    for (const pause of [500, 1000, 2000]) {
      await clock.wait(pause);
      await breaks();
    }
    assert.equal(pages.length, told);
    await clock.wait(4000);
    await opens();
    await says(ready(socket().heard()[0].id, "10"));
    shows("current", { "user:7": 3 });
    await breaks();
    shows("catching", { "user:7": 3 });
  },

  async watch_stopped_while_lost_is_not_resumed() {
    await watching({ "user:7": 3 });
    await breaks();
    await order("stop");
    await clock.wait(100_000);
    assert.equal(sockets.length, 1);
    await order("start");
    assert.equal(sockets.length, 2);
    await opens();
    const [frame, ...rest] = socket().heard();
    assert.deepEqual([frame.after, rest], [undefined, []]);
  },

  async watch_ends_with_its_last_stop() {
    await watching({ "user:7": 3 });
    await order("start");
    // The watch starts again with a snapshot, since the new subscriber needs one.
    assert.deepEqual(socket().heard().map(({ op, id, watch, after }) => [op, id ?? watch, after]), [
      ["unwatch", 1, undefined], ["watch", 2, undefined],
    ]);
    await says(set(1, "user:7", 99, "99", "99"));
    shows("current", { "user:7": 3 });
    await order("stop");
    assert.deepEqual(socket().heard(), []);
    await order("stop");
    assert.deepEqual(socket().heard(), [{ op: "unwatch", watch: 2 }]);
    assert.ok(socket().closed);
    await clock.wait(45_000);
    assert.equal(sockets.length, 1);
    await order("start");
    assert.equal(sockets.length, 2);
  },

  async watch_started_between_reconnects_waits_for_the_next() {
    await watching({ "user:7": 3 });
    await breaks();
    await order("startSettings");
    await clock.wait(499);
    assert.equal(sockets.length, 1);
    await clock.wait(1);
    await opens();
    assert.deepEqual(socket().heard().map(({ type }) => type), ["CursorPosition", "UserPreferences"]);
  },

  async program_may_use_one_port_or_none() {
    connectKv({})();
    connectKv({ ports: {} })();
    let hear;
    connectKv({ ports: { kvOut: { subscribe: (it) => (hear = it) } } }, { WebSocket: FakeSocket });
    hear({ op: "watch", type: "CursorPosition", prefix: "", schema: "s1" });
    await opens();
    await says(reset(1), ready(1, "8"));
    await breaks();
  },

  async one_write_per_key_is_in_flight_and_the_newest_waits() {
    begin();
    await order("tell", { key: "user:7", x: 1 });
    for (const x of [2, 3, 4]) await order("tell", { key: "user:7", x });
    await order("tell", { key: "user:8", x: 9 });
    const xs = () => fetches.map(({ method, body }) => (method === "DELETE" ? "deleted" : JSON.parse(body).x));
    assert.deepEqual(xs(), [1, 9]);
    assert.equal(fetches[0].url, "/kv/set/CursorPosition?key=user%3A7&ttl_ms=1001");
    assert.equal(fetches[0].headers["Content-Type"], "application/json");
    assert.match(fetches[0].headers["Kv-Schema"], /^CursorPosition=/);
    assert.ok(fetches[0].keepalive);
    assert.equal(fetches[0].signal.ms, 30_000);
    fetches[0].answers(200);
    await clock.wait();
    assert.deepEqual(xs(), [1, 9, 4]);
    // A deletion waits for the write in flight, as a write does.
    await order("forget", { key: "user:7" });
    assert.deepEqual(xs(), [1, 9, 4]);
    fetches[2].fails();
    await clock.wait();
    assert.deepEqual(xs(), [1, 9, 4, "deleted"]);
    assert.equal(fetches[3].body, undefined);
    assert.equal(fetches[3].headers["Content-Type"], undefined);
    fetches[3].answers(400, "it is invalid-key");
    await clock.wait();
    assert.equal(warnings.length, 2);
    assert.match(warnings[1], /it is invalid-key/);
    await order("tell", { key: "user:7", x: 5 });
    assert.deepEqual(xs(), [1, 9, 4, "deleted", 5]);
  },

  async writes_of_other_types_and_origins_do_not_wait() {
    begin();
    await order("tell", { key: "user:7", x: 1 });
    await order("tellTheme", { key: "user:7", theme: "dark" });
    await order("tellElsewhere", { key: "user:7", x: 2 });
    assert.deepEqual(fetches.map(({ url }) => url), [
      "/kv/set/CursorPosition?key=user%3A7&ttl_ms=1001",
      "/kv/set/UserPreferences?key=user%3A7",
      "https://store.example/kv/set/CursorPosition?key=user%3A7",
    ]);
    assert.equal(fetches[2].signal.ms, 250);
  },

  async large_write_does_not_outlive_the_page() {
    begin();
    await order("tellTheme", { key: "a", theme: "x".repeat(20_000) });
    await order("tellTheme", { key: "b", theme: "x".repeat(19_900) });
    assert.deepEqual(fetches.map(({ keepalive }) => keepalive), [false, true]);
  },

  async invalid_key_is_logged() {
    begin();
    await order("tellBadKey");
    assert.equal(fetches.length, 0);
    assert.equal(warnings.length, 1);
  },

  async no_watch_is_retried_after_disconnecting() {
    const end = begin({ token: () => new Promise(() => {}) });
    await order("start");
    await breaks();
    end();
    goesOnline();
    await clock.wait(100_000);
    assert.equal(sockets.length, 1);
  },

  async disconnecting_ends_everything() {
    const end = begin();
    await order("start");
    await opens();
    end();
    assert.ok(socket().closed);
    await order("startSettings");
    await clock.wait(100_000);
    assert.equal(sockets.length, 1);
  },
};

// Scenarios of Kv.Live.
const ofTheProgram = {
  async assumed_value_is_shown_immediately_and_confirmed() {
    const id = await watching({ "user:7": 3 });
    pages.length = 0;
    await order("move", { key: "user:7", x: 4 });
    shows("current", { "user:7": 4 });
    assert.deepEqual(page.server, { "user:7": 3 });
    const [request] = requests;
    assert.equal(request.method + " " + request.url, "POST /kv/set/CursorPosition?key=user%3A7");
    await answer(200, { success: true, version: "11", expires_at: null });
    assert.deepEqual(page.server, { "user:7": 3 });
    await says(set(id, "user:7", 4, "11", "11"));
    assert.deepEqual(page.server, { "user:7": 4 });
    await says(set(id, "user:7", 5, "12", "12"));
    shows("current", { "user:7": 5 });
    assert.deepEqual(pages.map(({ cursors }) => cursors["user:7"]), [4, 4, 4, 5]);
  },

  async assumed_value_is_rolled_back_after_an_error() {
    await watching({ "user:7": 3 });
    await order("move", { key: "user:7", x: 4 });
    await order("move", { key: "user:8", x: 5 });
    shows("current", { "user:7": 4, "user:8": 5 });
    await answer(412, { ...problem(412, "conflict"), current: "12" });
    shows("current", { "user:7": 3, "user:8": 5 });
    assert.match(page.failure, /12/);
    requests.shift().fails();
    await clock.wait();
    shows("current", { "user:7": 3 });
  },

  async last_assumed_value_is_shown_until_all_writes_are_answered() {
    const id = await watching({ "user:7": 3 });
    for (const x of [4, 5, 6]) await order("move", { key: "user:7", x });
    await answer(200, { success: true, version: "11", expires_at: null });
    await says(set(id, "user:7", 4, "11", "11"));
    shows("current", { "user:7": 6 });
    await answer(500, problem(500, "internal"));
    shows("current", { "user:7": 6 });
    await answer(200, { success: true, version: "12", expires_at: null });
    shows("current", { "user:7": 6 });
    assert.deepEqual(page.server, { "user:7": 4 });
    await says(set(id, "user:7", 7, "13", "13"));
    shows("current", { "user:7": 7 });
  },

  async event_may_precede_the_response() {
    const id = await watching({});
    await order("move", { key: "user:7", x: 4 });
    await says(set(id, "user:7", 4, "11", "11"), gone(id, "deleted", "user:7", "12"));
    shows("current", { "user:7": 4 });
    await answer(200, { success: true, version: "11", expires_at: null });
    shows("current", {});
  },

  async snapshot_settles_earlier_assumptions() {
    const id = await watching({ "user:7": 3, "user:8": 3 });
    await order("move", { key: "user:7", x: 4 });
    await order("move", { key: "user:8", x: 4 });
    await answer(200, { success: true, version: "30", expires_at: null });
    await answer(200, { success: true, version: "50", expires_at: null });
    // `user:7` was deleted meanwhile. For `user:8`, the snapshot is older than the response.
    await says(reset(id), set(id, "user:8", 3, "10"), ready(id, "40"));
    shows("current", { "user:8": 4 });
    await says(set(id, "user:8", 4, "50", "50"));
    shows("current", { "user:8": 4 });
    assert.deepEqual(page.server, { "user:8": 4 });
  },

  async keys_are_in_server_order() {
    // UTF-8 order. In UTF-16 order, which Elm and JavaScript use, the last keys would come first.
    const keys = ["user:", "user:A", "user:a", "user:é", "user:\u{ff21}", "user:\u{ffff}", "user:\u{ffff}a", "user:😀", "user:😀a"];
    assert.deepEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))), keys);
    assert.notDeepEqual([...keys].sort(), keys);
    const id = await watching(Object.fromEntries([...keys].reverse().map((key) => [key, 1])));
    assert.deepEqual(Object.keys(page.cursors), keys);
    await order("move", { key: "user:\u{ff22}", x: 2 });
    assert.deepEqual(Object.keys(page.cursors), [...keys.slice(0, 5), "user:\u{ff22}", ...keys.slice(5)]);
    assert.deepEqual(Object.keys(page.server), keys);
    await answer(200, { success: true, version: "11", expires_at: null });
    await says(set(id, "user:\u{ff22}", 3, "11", "11"), gone(id, "deleted", "user:😀", "12"));
    assert.deepEqual(Object.entries(page.cursors).filter(([key, x]) => key.includes("😀") || x > 1), [
      ["user:\u{ff22}", 3], ["user:😀a", 1],
    ]);
    await order("move", { key: "user:😀a", x: 4 });
    assert.deepEqual([page.cursors["user:😀a"], page.got["user:😀a"], page.server["user:😀a"]], [4, 4, 1]);
    requests.shift().fails();
    await clock.wait();
    assert.equal(page.cursors["user:😀a"], 1);
  },

  async versions_are_compared_as_numbers() {
    const id = await watching({ "user:7": 3, "user:8": 3 }, "9");
    await order("move", { key: "user:7", x: 4 });
    await answer(200, { success: true, version: "100", expires_at: null });
    await says(set(id, "user:8", 5, "99", "99"));
    shows("current", { "user:7": 4, "user:8": 5 });
    await says(gone(id, "deleted", "user:7", "101"));
    shows("current", { "user:8": 5 });
  },

  async responses_may_arrive_out_of_order() {
    const id = await watching({ "user:7": 3 });
    await order("move", { key: "user:7", x: 4 });
    await order("move", { key: "user:7", x: 5 });
    requests.reverse();
    await answer(200, { success: true, version: "12", expires_at: null });
    await answer(200, { success: true, version: "11", expires_at: null });
    await says(set(id, "user:7", 4, "11", "11"));
    shows("current", { "user:7": 5 });
    await says(set(id, "user:7", 5, "12", "12"), set(id, "user:7", 6, "13", "13"));
    shows("current", { "user:7": 6 });
  },

  async ready_without_a_version_settles_earlier_responses() {
    const id = await watching({ "user:7": 3 });
    await order("move", { key: "user:7", x: 4 });
    await order("move", { key: "user:8", x: 4 });
    await answer(200, { success: true, version: "50", expires_at: null });
    await says(reset(id), set(id, "user:7", 9, "10"), ready(id));
    // The response for `user:8` is still outstanding.
    shows("current", { "user:7": 9, "user:8": 4 });
    await says(reset(id), set(id, "user:7", 9, "10"), set(id, "user:8", 6, "60"), ready(id));
    shows("current", { "user:7": 9, "user:8": 4 });
    await answer(200, { success: true, version: "51", expires_at: null });
    shows("current", { "user:7": 9, "user:8": 6 });
    // The version before the reset does not count for the snapshot after it.
    await says(set(id, "user:7", 9, "70", "70"), reset(id), ready(id));
    await order("move", { key: "user:7", x: 5 });
    await answer(200, { success: true, version: "65", expires_at: null });
    shows("current", { "user:7": 5 });
  },

  async unreadable_event_is_reported_and_ignored() {
    const id = await watching({ "user:7": 3 });
    await says({ ...set(id, "user:8", 4, "11", "11"), value: { x: "four" } });
    shows("unreadable", { "user:7": 3 });
    await says(set(id, "user:8", 4, "12", "12"), ready(id, "12"));
    shows("current", { "user:7": 3, "user:8": 4 });
  },

  async watch_of_another_schema_asks_to_reload() {
    const id = await watching();
    await says({ re: id, status: 409, problem: problem(409, "schema-mismatch") });
    assert.match(page.status, /^refused: .*reload/);
  },
};

await { ...ofTheScript, ...ofTheProgram }[chosen]();
