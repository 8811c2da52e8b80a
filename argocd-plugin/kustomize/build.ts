import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { shorten } from "../../core/shorten.ts";
import { quoteValue } from "../../core/finding.ts";
import { watchMemory } from "./memory.ts";
import { mebibytes } from "../read/refusals.ts";

export interface BuildLimits {
  ms: number;
  /** Of what kustomize prints. */
  bytes: number;
}

/** Objects as YAML, or why there are none and what to do. */
export type Built = { text: string } | { message: string; fix: string };

/**
 * All that kustomize gets: no PATH, hence no git for remote bases, and a proxy that nobody listens at, hence no remote files:
 * what is applied must be what was committed. n.b. Go does not ask a proxy for addresses of the machine itself.
 */
const ENVIRONMENT = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  GOMEMLIMIT: "96MiB",
};
/** n.b. a build of 1,000 actors takes 50 MiB; an alias bomb or a generator of a large file took gigabytes. */
const MEMORY_BYTES = 128 * 2 ** 20;
/** Without helm, plugins and functions, which are off unless asked for; files of a base come from its own folder. */
const ARGUMENTS = ["build", "--load-restrictor", "LoadRestrictionsRootOnly"];
const MESSAGE_CHARACTERS = 1_000;

export async function kustomizeBuild(program: string, folder: string, limits: BuildLimits): Promise<Built> {
  // Loaded only here: it takes as long as some actors.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(program, [...ARGUMENTS, "."], {
    cwd: folder,
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pieces: Buffer[] = [];
  let [bytes, errors, late, large] = [0, "", false, false];
  child.stdout.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > limits.bytes) child.kill("SIGKILL");
    else pieces.push(piece);
  });
  child.stderr
    .setEncoding("utf8")
    .on("data", (piece: string) => (errors = (errors + piece).slice(0, 1 << 16)));
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limits.ms);
  const stopWatching = watchMemory(child.pid, MEMORY_BYTES, () => {
    large = true;
    child.kill("SIGKILL");
  });
  const { promise, resolve } = Promise.withResolvers<number | string>();
  child.on("error", ({ message }) => resolve(message));
  child.on("close", (status, signal) => resolve(status ?? signal ?? "no exit status"));
  const ended = await promise;
  clearTimeout(timer);
  stopWatching();
  if (large)
    return {
      message: `kustomize build took more than ${mebibytes(MEMORY_BYTES)} of memory and was ended`,
      fix: "make several Applications of the folder, and keep large files out of generators",
    };
  if (late)
    return {
      message: `kustomize build was ended after ${limits.ms / 1_000} s`,
      fix: "make several Applications of the folder, or give the plugin's container more CPU",
    };
  if (bytes > limits.bytes)
    return {
      message: `kustomize build prints more than ${mebibytes(limits.bytes)}`,
      fix: "make several Applications of it",
    };
  if (ended === 0) return { text: Buffer.concat(pieces).toString("utf8") };
  return {
    message: `kustomize build failed (got ${quoteValue(ended)}): ${reason(errors, realpathSync(folder))}`,
    fix: "correct it until kustomize build succeeds here; remote bases, Helm charts, plugins and functions are off",
  };
}

/** kustomize's own words, without the folder that Argo CD made for this run, and without what it cites: it may be a Secret's. */
function reason(errors: string, folder: string): string {
  const begin = errors.indexOf("Error: ");
  const text = fromFolder(begin === -1 ? errors : errors.slice(begin + "Error: ".length), folder)
    .replace(/`[^`]*`/g, "(not shown)")
    .replace(/\[(patch|json): .*\]/gs, "[$1 not shown]")
    .replace(/(literal source ).*?(, expected|$)/g, "$1(not shown)$2")
    .trim();
  return shorten(text === "" ? "it says nothing" : text, MESSAGE_CHARACTERS);
}

/** The text with paths as they are seen from the folder; of its ancestors, those that may be the repository's. */
function fromFolder(text: string, folder: string): string {
  let up = "";
  for (let path = folder; dirname(path) !== dirname(dirname(path)); path = dirname(path)) {
    text = text.replaceAll(`${path}/`, up).replaceAll(`'${path}'`, `'${up === "" ? "." : up.slice(0, -1)}'`);
    up += "../";
  }
  return text;
}
