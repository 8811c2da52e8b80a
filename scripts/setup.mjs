// Runs a program of this repository: node scripts/setup.mjs PROGRAM [ARGUMENT ...]
// First brings node_modules to what package-lock.json says; then starts PROGRAM with the Node 24 that lies in it.
// Plain JavaScript for Node 20 and later, without packages: this file runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// n.b. import.meta.dirname came with Node 20.11.
const root = fileURLToPath(new URL("..", import.meta.url));
const node = join(root, "node_modules", ".bin", "node");

const COMMAND_LINE = "cli/main.ts";

const missing = whatIsMissing();
if (missing !== undefined) install(missing);
run(process.argv.slice(2));

/** Why packages must be installed; undefined where node_modules is what package-lock.json says. */
function whatIsMissing() {
  const wanted = packagesOf(join(root, "package-lock.json"));
  if (wanted === undefined)
    fail("package-lock.json is missing or no JSON: restore it with `git checkout package-lock.json`");
  // n.b. npm writes this file last, when everything else is in place.
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return "first time";
  for (const [path, { version, integrity, optional }] of Object.entries(wanted)) {
    const found = installed[path];
    if (path === "" || (found === undefined && optional)) continue;
    if (found === undefined) return `${path} is missing`;
    if (found.version !== version || found.integrity !== integrity) return `${path} is not at ${version}`;
  }
  return existsSync(node) ? undefined : "Node 24 is missing";
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install(reason) {
  const startedAt = Date.now();
  say(`installing packages into node_modules (${reason}; takes a minute or so) ...`);
  // The node in node_modules is replaced meanwhile, so npm must run with the machine's own.
  const bin = join(root, "node_modules", ".bin");
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((entry) => resolve(entry) !== bin && entry !== "");
  // n.b. without --prefer-offline npm asks about each package that it has got, and waits 7 minutes where there is no network.
  const npm = ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync("npm", npm, {
    cwd: root,
    // stdout belongs to the program that is started.
    stdio: ["ignore", 2, 2],
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  if (result.error) fail(`cannot start npm: ${result.error.message}`);
  if (result.status !== 0)
    fail(`npm ci ended with ${result.signal ?? result.status}: its own lines above say why; try again`);
  if (!existsSync(node))
    fail(`npm ci brought no ${node}: are install scripts switched off (npm config get ignore-scripts)?`);
  say(`packages installed in ${Math.round((Date.now() - startedAt) / 1_000)} s`);
}

function run([program, ...args]) {
  if (program === undefined) return;
  const bin = join(root, "node_modules", ".bin");
  // n.b. npm starts everything in the package's folder; paths on the command line are meant from where the user is.
  const cwd = program === COMMAND_LINE ? process.env.INIT_CWD : undefined;
  const child = spawn(node, [resolve(root, program), ...args], {
    stdio: "inherit",
    cwd,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) =>
    fail(`cannot start ${node}: ${error.message}; remove node_modules and try again`),
  );
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
  });
}

function say(text) {
  process.stderr.write(`asya: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
