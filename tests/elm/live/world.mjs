// A simulated browser: the scenario controls sockets, requests and the clock.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** A clock that only advances in `wait`. */
export class Clock {
  #now = 0;
  #timers = new Map();
  #next = 1;

  install() {
    globalThis.setTimeout = (run, after = 0) => {
      this.#timers.set(this.#next, { run, at: this.#now + after });
      return this.#next++;
    };
    globalThis.clearTimeout = (id) => this.#timers.delete(id);
  }

  /** Advances the clock and runs the timers that expire until then. */
  async wait(ms = 0) {
    const end = this.#now + ms;
    for (;;) {
      await quiet();
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
      if (!due) break;
      const [id, { run, at }] = due;
      this.#timers.delete(id);
      this.#now = at;
      run();
    }
    this.#now = end;
  }
}

const realImmediate = globalThis.setImmediate;
const quiet = () => new Promise((done) => realImmediate(done));

/** Every socket that was created, the newest last. */
export const sockets = [];

export class FakeSocket {
  /** Whether the constructor fails. */
  static refuses = false;
  readyState = 0;
  sent = [];
  closed = false;

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
    if (FakeSocket.refuses) throw new Error("no sockets");
    sockets.push(this);
  }

  send(text) {
    if (this.readyState !== 1) throw new Error("not open");
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.readyState = 2; // The state stays CLOSING: the network may be broken.
  }

  // Actions of the server.
  opens() {
    this.readyState = 1;
    this.onopen?.({});
  }

  says(...frames) {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  breaks() {
    this.readyState = 3;
    this.onclose?.({ code: 1006 });
  }

  /** What was sent since the last time. */
  heard() {
    return this.sent.splice(0);
  }
}

/** Every request of the program that has no answer yet. */
export const requests = [];

export class FakeRequest {
  headers = {};
  #listeners = {};

  open(method, url) {
    Object.assign(this, { method, url });
  }
  setRequestHeader(name, value) {
    this.headers[name] = value;
  }
  addEventListener(name, run) {
    this.#listeners[name] = run;
  }
  send(body) {
    this.body = body;
    requests.push(this);
  }
  getAllResponseHeaders() {
    return "";
  }
  abort() {}

  // Actions of the server.
  answers(status, json) {
    Object.assign(this, { status, statusText: "", responseURL: this.url, response: JSON.stringify(json) });
    this.#listeners.load();
  }
  fails() {
    this.#listeners.error();
  }
}

/** Every `fetch` without a response. */
export const fetches = [];

export function fakeFetch(url, options) {
  return new Promise((resolve, reject) => {
    const answers = (status, text = "") =>
      resolve({ ok: status < 300, status, text: async () => text });
    fetches.push({ url, ...options, answers, fails: () => reject(new TypeError("no network")) });
  });
}

/** Has the browser tell that it is online again. */
export const goesOnline = () => listeners.get("online")?.();
const listeners = new Map();

/** Warnings on the console. */
export const warnings = [];

export const clock = new Clock();

/** The program that the compiler made, or one that is a module. */
export async function load(path) {
  clock.install();
  Object.assign(globalThis, { XMLHttpRequest: FakeRequest, fetch: fakeFetch, location: new URL("https://acme.example/board") });
  globalThis.addEventListener = (name, run) => listeners.set(name, run);
  globalThis.removeEventListener = (name, run) => listeners.get(name) === run && listeners.delete(name);
  AbortSignal.timeout = (ms) => ({ ms });
  Math.random = () => 1; // The longest pauses.
  console.warn = (...words) => warnings.push(words.join(" "));
  if (path.endsWith(".mjs")) return (await import(pathToFileURL(path))).Elm;
  const scope = {};
  new Function(readFileSync(path, "utf8")).call(scope);
  return scope.Elm;
}
