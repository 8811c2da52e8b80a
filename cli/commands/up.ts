import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { TransportType } from "../up/broker.ts";
import { handlersBeside, localActors } from "../up/prepare.ts";
import { QUICKSTART } from "../quickstart.ts";
import { shownPath } from "../shown-path.ts";
import { localSession } from "../up/session.ts";
import { invocation } from "../programs.ts";
import { renderFolder } from "./render.ts";

interface Options {
  platform?: string;
  handlers?: string;
  state: string;
  transport: TransportType;
  python: string;
}

/** `asya up`: the folder's actors run on this machine, a sidecar and a Python runtime each, until Ctrl-C. */
export async function upCommand(path: string | undefined, options: Options): Promise<void> {
  const folder = path ?? QUICKSTART;
  const handlers = handlersOf(folder, options.handlers);
  const { actors: rendered, objects } = await renderFolder(folder, options.platform);
  const actors = await localActors(rendered, objects, handlers);
  const { state, transport, python } = options;
  const where = transport === "local" ? "local queues" : `queues on ${transport}`;
  console.log(`starting ${actors.length} actors of ${shownPath(folder)} on this machine (${where}) ...`);
  await localSession({ actors, state, transport, python, once: false, say }, async () => {
    console.log(`send with: ${invocation()} send ACTOR,ACTOR,... '{json}'   (Ctrl-C stops)`);
  });
}

/** @throws where the folder that is named is not there. */
export function handlersOf(folder: string, named: string | undefined): string | undefined {
  if (named === undefined) return handlersBeside(folder);
  if (!existsSync(named)) throw new Error(`--handlers ${named}: there is no such folder`);
  return resolve(named);
}

function say(text: string): void {
  console.log(text);
}
