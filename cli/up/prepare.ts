import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { runFunction } from "../../functions/asyncactor/run-function.ts";
import type { Manifest } from "../../core/manifest.ts";
import { composeOffline } from "../crossplane.ts";
import { renderedActor, type RenderedActor } from "../rendered.ts";
import { missingEndActors } from "./end-actors.ts";
import { type LocalActor, localActor } from "./local-actor.ts";

/** The folder of handlers' code that belongs to a folder of actors, or to a file of it. */
export function handlersBeside(path: string): string | undefined {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const folder = join(isFile ? dirname(path) : path, "handlers");
  return existsSync(folder) ? folder : undefined;
}

/**
 * Rendered actors as they run here, and the crew for the end actors that are not among them.
 *
 * @param objects - platform and flavors.
 * @throws {RefusedError} where the function refuses an end actor, {Error} where an actor has no code, or there is none.
 */
export async function localActors(
  rendered: readonly RenderedActor[],
  objects: readonly Manifest[],
  handlers: string | undefined,
): Promise<LocalActor[]> {
  if (rendered.length === 0) throw new Error("there is no actor to run");
  const ends: RenderedActor[] = [];
  for (const actor of missingEndActors(rendered)) {
    ends.push(
      renderedActor(actor, await composeOffline(async (request) => runFunction(request), actor, objects)),
    );
  }
  return [...rendered, ...ends].map((actor) => localActor(actor, handlers));
}
