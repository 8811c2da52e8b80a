import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, Client } from "@grpc/grpc-js";
import { parseDocument } from "yaml";
import { startPluginServer, type Told } from "../../argocd-plugin/server/server.ts";
import { freshBundle, PLUGIN } from "../../scripts/build.ts";
import { freePorts, type Started, startServer } from "../conformance/servers/process.ts";
import { findProgram } from "../real-program.ts";
import { readText } from "../requests.ts";
import { actorText, writeActors } from "./actors.ts";
import { manifestCount, manifestRequest, GENERATE_MANIFEST } from "./manifest-request.ts";
import { median } from "./statistics.ts";

const ACTORS = 1_000;
const ROUNDS = 5;
const DEADLINE_MS = 60_000;

export interface RepoServerFigures {
  actors: number;
  /** Medians of whole answers of repo-server, a new commit each. */
  processMs: number;
  nativeMs: number;
  /** Archives that repo-server sent to the native server for its answers, by answer. */
  tarsPerAnswer: number;
  bytesPerTar: number;
}

/**
 * A repository of 1,000 actors through Argo CD's real repo-server: with its own `argocd-cmp-server`, which starts a process for
 * each generate, and with the native server. Each answer is of a new commit.
 *
 * @returns undefined where there is no argocd or redis, and says so.
 */
export async function measureRepoServer(): Promise<RepoServerFigures | undefined> {
  const argocd = findProgram("argocd");
  const redis = findProgram("redis-server");
  if (argocd === undefined || redis === undefined) return undefined;
  const root = mkdtempSync(join(tmpdir(), "asya-bench-"));
  const [redisPort, port, metricsPort] = (await freePorts(3)) as [number, number, number];
  const sockets = join(root, "sockets");
  mkdirSync(sockets);
  const started: Started[] = [];
  const start = async (name: string, command: readonly [string, ...string[]], at: number | string) => {
    const log = join(root, `${name}.log`);
    started.push(
      await startServer(command, { env: environment(root, sockets), log, port: at, withinMs: 30_000 }),
    );
  };
  const told: Told[] = [];
  const native = await startPluginServer(join(sockets, "native.sock"), (one) => told.push(one));
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  try {
    await start("redis", [redis, "--port", String(redisPort), "--save", "", "--dir", root], redisPort);
    const folder = await standardPlugin(root);
    await start(
      "cmp-server",
      [role(argocd, root, "argocd-cmp-server"), "--config-dir-path", folder],
      join(sockets, "asya.sock"),
    );
    const flags = ["--disable-tls", "--client-ca-path", "", "--redis", `127.0.0.1:${redisPort}`];
    const metrics = ["--metrics-address", "127.0.0.1", "--metrics-port", String(metricsPort)];
    const address = ["--address", "127.0.0.1", "--port", String(port)];
    const repoServer = role(argocd, root, "argocd-repo-server");
    await start("repo-server", [repoServer, ...address, ...metrics, ...flags], port);
    const repository = join(root, "repository");
    await writeActors(join(repository, "actors"), ACTORS);
    git(repository, "init", "--quiet", "--initial-branch=main");
    const answers = { asya: [] as number[], native: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++)
      for (const plugin of ["asya", "native"] as const) {
        const revision = commit(repository, `${plugin}-${round}`);
        const startedAt = performance.now();
        const count = await generate(client, { repository, revision, path: "actors", plugin });
        if (count !== ACTORS) throw new Error(`repo-server answers with ${count} objects`);
        // The first round warms up.
        if (round > 0) answers[plugin].push(performance.now() - startedAt);
      }
    const packed = told.map(({ result }) => result?.packedBytes ?? 0);
    return {
      actors: ACTORS,
      processMs: median(answers.asya),
      nativeMs: median(answers.native),
      tarsPerAnswer: told.length / (ROUNDS + 1),
      bytesPerTar: median(packed),
    };
  } finally {
    client.close();
    await native.stop();
    for (const one of started.toReversed()) await one.stop();
    rmSync(root, { recursive: true });
  }
}

/** n.b. The name picks the role of Argo CD's one binary. */
function role(argocd: string, root: string, name: string): string {
  const path = join(root, name);
  symlinkSync(argocd, path);
  return path;
}

function environment(root: string, sockets: string): Record<string, string> {
  const folders = {
    ARGOCD_TLS_DATA_PATH: "tls",
    ARGOCD_SSH_DATA_PATH: "ssh",
    ARGOCD_GNUPGHOME: "gpg",
    TMPDIR: "tmp",
  };
  for (const folder of Object.values(folders)) mkdirSync(join(root, folder), { recursive: true });
  // n.b. Without this program every generate fails with a bare "permission denied". It checks signatures, of which there are none.
  const verify = join(root, "git-verify-wrapper.sh");
  writeFileSync(verify, "#!/bin/sh\nexit 0\n");
  chmodSync(verify, 0o755);
  return {
    ...Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, join(root, folder)])),
    PATH: `${root}:${process.env["PATH"] ?? ""}`,
    ARGOCD_PLUGINSOCKFILEPATH: sockets,
    ARGOCD_CMP_WORKDIR: join(root, "work"),
    ARGOCD_ASK_PASS_SOCK: join(root, "ask-pass.sock"),
    ARGOCD_GPG_ENABLED: "false",
  };
}

/** argocd-plugin/plugin.yaml with this machine's paths, as an unversioned `asya`. */
async function standardPlugin(root: string): Promise<string> {
  const folder = join(root, "plugin");
  mkdirSync(folder);
  copyFileSync(await freshBundle(PLUGIN), join(folder, "plugin.mjs"));
  const settings = parseDocument(readText("argocd-plugin/plugin.yaml"));
  settings.deleteIn(["spec", "version"]);
  settings.deleteIn(["spec", "parameters"]);
  settings.setIn(["spec", "generate", "command"], [process.execPath, join(folder, "plugin.mjs"), "generate"]);
  writeFileSync(join(folder, "plugin.yaml"), settings.toString());
  return folder;
}

/** A change of one actor. @returns the new commit. */
function commit(repository: string, image: string): string {
  writeFileSync(join(repository, "actors/actor-0.yaml"), actorText(0, `pages:${image}`).toString());
  git(repository, "add", "--all");
  git(
    repository,
    "-c",
    "user.name=bench",
    "-c",
    "user.email=bench@example.org",
    "commit",
    "--quiet",
    "-m",
    image,
  );
  return git(repository, "rev-parse", "HEAD").trim();
}

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8" });
}

function generate(client: Client, asked: Parameters<typeof manifestRequest>[0]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  client.makeUnaryRequest(
    GENERATE_MANIFEST,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => bytes,
    manifestRequest(asked),
    { deadline: Date.now() + DEADLINE_MS },
    (error, bytes) => {
      if (error === null && bytes !== undefined) resolve(manifestCount(bytes));
      else reject(error ?? new Error("no answer"));
    },
  );
  return promise;
}
