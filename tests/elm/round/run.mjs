// Passes values from standard input to a program and prints its results: `node run.mjs PROGRAM < VALUES`.

import { readFileSync } from "node:fs";

const scope = {};
new Function(readFileSync(process.argv[2], "utf8")).call(scope);
const app = scope.Elm.Round.init({ flags: JSON.parse(readFileSync(0, "utf8")) });
app.ports.said.subscribe((said) => process.stdout.write(JSON.stringify(said)));
