// Passes requests and frames from standard input to a program, and prints its results:
// `node run.mjs PROGRAM WATCH < {"asks": [...], "frames": [...]}`.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { FakeSocket, clock, load, sockets } from "../live/world.mjs";

const [program, watchScript] = process.argv.slice(2);
const { asks, frames } = JSON.parse(readFileSync(0, "utf8"));
const Elm = await load(program);
const { connectKv } = await import(pathToFileURL(watchScript));

const app = Elm.Wire.init({ flags: asks });
let said = null;
const heard = [];
app.ports.said.subscribe((it) => (said = it));
app.ports.heard.subscribe((it) => heard.push(it));
connectKv(app, { WebSocket: FakeSocket });
await clock.wait();
sockets[0].opens();
await clock.wait();
for (const frame of frames) {
  sockets[0].says(frame);
  await clock.wait();
}
console.log(JSON.stringify({ said, heard, sent: sockets[0].sent }));
