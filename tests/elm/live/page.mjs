// A JavaScript program with the ports of Scripted.elm, to test kv-watch.js without Elm. It shows what it
// receives and has no assumed values.

class Port {
  #listeners = new Set();

  subscribe(listener) {
    this.#listeners.add(listener);
  }
  unsubscribe(listener) {
    this.#listeners.delete(listener);
  }
  send(it) {
    for (const listener of this.#listeners) listener(structuredClone(it));
  }
}

/** A watch with the values that it has received. */
class Watched {
  status = "catching";
  #entries = new Map();
  #snapshot = null;

  constructor(type, prefix) {
    this.ask = { type, prefix, schema: "s1.0" };
  }

  hear({ op, key, value, problem }) {
    const entries = this.#snapshot ?? this.#entries;
    if (op === "set") entries.set(key, value);
    else if (["deleted", "expired", "evicted"].includes(op)) entries.delete(key);
    else if (op === "ready") this.#entries = entries;
    this.#snapshot = op === "reset" ? new Map() : op === "ready" || op === "lost" ? null : this.#snapshot;
    if (op === "ready") this.status = "current";
    else if (op === "refused") this.status = `refused: ${problem.error}`;
    else if (op === "reset" || op === "lost") this.status = "catching";
  }

  members(name) {
    return Object.fromEntries([...this.#entries].map(([key, value]) => [key, value[name]]));
  }
}

function init() {
  const ports = { order: new Port(), shown: new Port(), kvOut: new Port(), kvIn: new Port() };
  const watched = { cursors: new Watched("CursorPosition", "user:"), settings: new Watched("UserPreferences", "") };
  const { cursors, settings } = watched;
  const tell = (type, key, value, { origin = "", query = "", timeout = null } = {}) =>
    ports.kvOut.send({
      op: "tell",
      method: value === null ? "DELETE" : "POST",
      url: `${origin}/kv/${value === null ? "delete" : "set"}/${type}?key=${encodeURIComponent(key)}${query}`,
      headers: { "Kv-Schema": `${type}=s1.0` },
      body: value === null ? null : JSON.stringify(value),
      timeout,
    });
  const orders = {
    start: () => ports.kvOut.send({ op: "watch", ...cursors.ask }),
    stop: () => ports.kvOut.send({ op: "unwatch", ...cursors.ask }),
    startSettings: () => ports.kvOut.send({ op: "watch", ...settings.ask }),
    stopSettings: () => ports.kvOut.send({ op: "unwatch", ...settings.ask }),
    tell: ({ key, x }) => tell("CursorPosition", key, { x }, { query: `&ttl_ms=${1000 + x}` }),
    forget: ({ key }) => tell("CursorPosition", key, null),
    tellTheme: ({ key, theme }) => tell("UserPreferences", key, { theme }),
    tellBadKey: () => ports.kvOut.send({ op: "refused", error: "the key is no text" }),
    tellElsewhere: ({ key, x }) => tell("CursorPosition", key, { x }, { origin: "https://store.example", timeout: 250 }),
  };
  const show = () =>
    ports.shown.send({
      status: cursors.status,
      cursors: cursors.members("x"),
      got: cursors.members("x"),
      settings: settings.status,
      themes: settings.members("theme"),
    });
  ports.order.subscribe((order) => {
    orders[order.do](order);
    show();
  });
  ports.kvIn.subscribe((event) => {
    Object.values(watched).find(({ ask }) => ask.type === event.type && ask.prefix === event.prefix).hear(event);
    show();
  });
  return { ports };
}

export const Elm = { Scripted: { init } };
