/** npm run bench [-- --json FILE] [--only plugin|function]: figures of one run, to be read as ratios. */
import { parseArgs } from "node:util";
import { type BesideFigures, measureBeside } from "./beside.ts";
import { measureFunction, type CallFigures, type FunctionFigures } from "./function.ts";
import { measurePlugin, type PluginFigures } from "./plugin.ts";
import { measurePluginServer } from "./plugin-server.ts";
import { measureRepoServer } from "./repo-server.ts";
import { round, writeFigures } from "./report.ts";

const { json, only } = parseArgs({ options: { json: { type: "string" }, only: { type: "string" } } }).values;
if (only !== undefined && only !== "plugin" && only !== "function")
  throw new Error(`--only must be plugin or function (got ${JSON.stringify(only)})`);

const figures = {
  ...(only === "function" ? {} : await pluginFigures()),
  ...(only === "plugin" ? {} : { function: await functionFigures() }),
};
if (json !== undefined) await writeFigures(json, figures);

async function pluginFigures() {
  console.log(
    "plugin: whole process, median of 7 runs that alternate with `node -e 0` and `kustomize build`",
  );
  const plugin = await measurePlugin();
  console.table(plugin.map(pluginRow));
  console.log(
    "native server at its socket, median of 15 that alternate with a process for each; new content each",
  );
  const server = await measurePluginServer();
  console.table([
    {
      actors: server.actors,
      "process, ms": round(server.processMs),
      "native, ms": round(server.serverMs),
      ratio: round(server.processMs / server.serverMs),
    },
  ]);
  console.log("Argo CD's repo-server, a new commit each, median of 5");
  const repoServer = await measureRepoServer();
  if (repoServer !== undefined)
    console.table([
      {
        actors: repoServer.actors,
        "argocd-cmp-server, ms": round(repoServer.processMs),
        "native, ms": round(repoServer.nativeMs),
        ratio: round(repoServer.processMs / repoServer.nativeMs),
        "tars for an answer": repoServer.tarsPerAnswer,
        "kB a tar": round(repoServer.bytesPerTar / 1_000),
      },
    ]);
  console.log("beside a hostile repository: 50 actors, median of the same alone and meanwhile");
  const beside = await measureBeside();
  console.table(beside.map(besideRow));
  return { plugin, server, repoServer, beside };
}

async function functionFigures() {
  console.log(
    "function: calls over gRPC with mutual TLS, alternating with the same server around an empty handler",
  );
  const measured = await measureFunction();
  console.table(measured.flatMap(functionRows));
  return measured;
}

function pluginRow({ actors, emptyMs, pluginMs, imageMs, kustomizeMs }: PluginFigures) {
  return {
    actors,
    "node -e 0, ms": round(emptyMs),
    "plugin, ms": round(pluginMs),
    ratio: round(pluginMs / emptyMs),
    "as in its image, ms": round(imageMs),
    "its ratio": round(imageMs / emptyMs),
    ...(kustomizeMs === undefined
      ? {}
      : { "kustomize, ms": round(kustomizeMs), "of kustomize": round(imageMs / kustomizeMs) }),
  };
}

function besideRow({ face, aloneMs, besideMs, besideWorstMs }: BesideFigures) {
  return {
    face,
    "alone, ms": round(aloneMs),
    "beside, ms": round(besideMs),
    ratio: round(besideMs / aloneMs),
    "worst beside, ms": round(besideWorstMs),
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
