import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { clientCredentials, FunctionClient } from "../../functions/asyncactor/server/call.ts";
import { startFunction } from "../../functions/asyncactor/server/start.ts";
import type { Manifest } from "../../core/manifest.ts";
import { makeCertificates } from "../certificates.ts";
import { composeOffline } from "../crossplane.ts";
import { demonstrate } from "../demonstration.ts";
import { platformBeside } from "../folder.ts";
import { runPlugin } from "../plugin-process.ts";
import { invocation, programFile } from "../programs.ts";
import { QUICKSTART } from "../quickstart.ts";
import { renderedActor, type RenderedActor } from "../rendered.ts";
import { actorTree } from "../tree.ts";
import { localActors } from "../up/prepare.ts";
import { shownPath } from "../shown-path.ts";
import { localSession } from "../up/session.ts";
import { layoutOf, makeStateFolder } from "../up/state-folder.ts";
import { yamlDocument } from "./render.ts";
import { handlersOf } from "./up.ts";

/** Says that a folder is ours to empty. */
const MARKER = ".asya-rendered";

interface Options {
  platform?: string;
  handlers?: string;
  state: string;
  python: string;
  out?: string;
  once?: boolean;
}

/** `asya start`: from a folder of YAML to everything it becomes and to messages that flow, through the programs that run in a cluster. */
export async function startCommand(path: string | undefined, options: Options): Promise<void> {
  const folder = path ?? QUICKSTART;
  const startedAt = performance.now();
  step(1, `the Argo CD plugin checks ${shownPath(folder)}`);
  const objects = await runPlugin(folder);
  const actors = objects.filter(
    ({ kind, apiVersion }) => kind === "AsyncActor" && apiVersion.startsWith("asya.sh/"),
  );
  say(`   passed: ${actors.length} of kind AsyncActor, ${objects.length - actors.length} of other kinds`);

  step(2, "the Crossplane function renders them, called over gRPC with mutual TLS");
  const beside = [...objects, ...(await platformBeside(objects, options.platform))];
  const rendered = await renderOverGrpc(actors, beside);

  step(3, "what each actor becomes");
  for (const actor of rendered) {
    say(`\n${actorTree(actor)}`);
    for (const warning of actor.warnings) say(`warning: ${warning}`);
  }
  const out = outFolder(options);
  const files = await writeObjects(rendered, out);
  say(
    `\n${files} objects as YAML in ${shownPath(resolve(out))}/ (${Math.round(performance.now() - startedAt)} ms in all)`,
  );
  if (rendered.length > 0) await runActors(folder, rendered, beside, options);
}

async function runActors(
  folder: string,
  rendered: readonly RenderedActor[],
  objects: readonly Manifest[],
  { handlers: named, state, python, once = false }: Options,
): Promise<void> {
  const handlers = handlersOf(folder, named);
  if (handlers === undefined) {
    say(
      `\nTo run these actors here, put their Python code into ${shownPath(join(folder, "handlers"))}/ or name it with --handlers.`,
    );
    return;
  }
  step(4, "the actors run on this machine: for each a sidecar and a Python runtime, with what was rendered");
  const actors = await localActors(rendered, objects, handlers);
  await localSession({ actors, state, transport: "local", python, once, say }, async (run) => {
    if (resolve(folder) === QUICKSTART) await demonstrate(run, step, say);
    say(
      `\nsend your own: ${invocation()} send ACTOR,ACTOR,... '{json}'${once ? "   (while it runs)" : "   (Ctrl-C stops)"}`,
    );
  });
}

async function renderOverGrpc(
  actors: readonly Manifest[],
  objects: readonly Manifest[],
): Promise<RenderedActor[]> {
  const certificates = await mkdtemp(join(tmpdir(), "asya-certificates-"));
  try {
    await makeCertificates(certificates);
    const server = await startFunction(programFile("function"), [
      `--tls-server-certs-dir=${certificates}`,
      "--metrics-address=off",
    ]);
    const client = new FunctionClient(server.address, clientCredentials(certificates, certificates));
    try {
      const rendered: RenderedActor[] = [];
      for (const actor of actors) {
        const response = await composeOffline((request) => client.run(request), actor, objects);
        rendered.push(renderedActor(actor, response));
      }
      return rendered;
    } finally {
      client.close();
      await server.stop();
    }
  } finally {
    await rm(certificates, { recursive: true });
  }
}

/** n.b. the plugin reads no hidden folder, so what was rendered is no part of the actors' folder the next time. */
function outFolder({ out, state }: Options): string {
  if (out !== undefined) return out;
  const layout = layoutOf(state);
  makeStateFolder(layout);
  return layout.rendered;
}

/** One file per object: `OUT/NAMESPACE/ACTOR/KEY.yaml`. @returns how many. */
async function writeObjects(actors: readonly RenderedActor[], out: string): Promise<number> {
  await emptyOwnFolder(out);
  let files = 0;
  for (const actor of actors) {
    const folder = join(out, actor.namespace, actor.name);
    await mkdir(folder, { recursive: true });
    for (const [key, manifest] of Object.entries(actor.objects)) {
      await writeFile(join(folder, `${key}.yaml`), yamlDocument(manifest).replace(/^---\n/, ""));
      files++;
    }
  }
  return files;
}

/** Empties the folder of an earlier run; never one that holds something else. */
async function emptyOwnFolder(out: string): Promise<void> {
  const marker = join(out, MARKER);
  const present = existsSync(out) ? await readdir(out) : [];
  if (present.length > 0 && !present.includes(MARKER)) {
    throw new Error(
      `--out ${out} is a folder with other files in it (no ${MARKER}) - name a new or an empty one`,
    );
  }
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await writeFile(marker, "Written by `asya start`, which empties this folder each time.\n");
}

function step(number: number, text: string): void {
  say(`${number === 1 ? "" : "\n"}${number}. ${text}`);
}

function say(text: string): void {
  console.log(text);
}
