/** npm run bench [-- --json FILE]: figures of one run, to be read as ratios. */
import { parseArgs } from "node:util";
import { measureFunction, type CallFigures, type FunctionFigures } from "./function.ts";
import { measurePlugin, type PluginFigures } from "./plugin.ts";
import { round, writeFigures } from "./report.ts";

const { json } = parseArgs({ options: { json: { type: "string" } } }).values;

console.log("plugin: whole process, median of 7 runs that alternate with `node -e 0`");
const plugin = await measurePlugin();
console.table(plugin.map(pluginRow));

console.log(
  "function: calls over gRPC with mutual TLS, alternating with the same server around an empty handler",
);
const functionFigures = await measureFunction();
console.table(functionFigures.flatMap(functionRows));

if (json !== undefined) await writeFigures(json, { plugin, function: functionFigures });

function pluginRow({ actors, emptyMs, pluginMs }: PluginFigures) {
  return {
    actors,
    "node -e 0, ms": round(emptyMs),
    "plugin, ms": round(pluginMs),
    ratio: round(pluginMs / emptyMs),
    "over empty, ms": round(pluginMs - emptyMs),
  };
}

function functionRows(figures: FunctionFigures) {
  const row = (name: string, { p50Ms, p99Ms, callsPerSecond }: CallFigures) => ({
    actor: figures.title,
    "observed objects": figures.observed,
    "request, kB": round(figures.requestBytes / 1_000),
    handler: name,
    "p50, ms": round(p50Ms),
    "p99, ms": round(p99Ms),
    "calls/s, 16 callers": Math.round(callsPerSecond),
  });
  const ratio = {
    p50Ms: figures.function.p50Ms / figures.empty.p50Ms,
    p99Ms: figures.function.p99Ms / figures.empty.p99Ms,
    callsPerSecond: figures.function.callsPerSecond / figures.empty.callsPerSecond,
  };
  return [
    row("empty", figures.empty),
    row("asyncactor", figures.function),
    { ...row("ratio", ratio), "calls/s, 16 callers": round(ratio.callsPerSecond) },
  ];
}
