import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { END_ACTORS, RUNTIME_CONTAINER } from "../../core/names.ts";
import type { RenderedActor } from "../rendered.ts";

const HANDLERS = {
  "happy-end": "handlers.end_handlers.happy_end_handler",
  "error-end": "handlers.end_handlers.error_end_handler",
} as const;

/** The end actors that a folder does not have, as the crew's would be written for it. */
export function missingEndActors(actors: readonly RenderedActor[]): Manifest[] {
  const [first] = actors;
  if (first === undefined) return [];
  const { effective, namespace } = first;
  const transport = isObject(effective["transport"]) ? effective["transport"]["name"] : undefined;
  return END_ACTORS.filter((name) => !actors.some((actor) => actor.name === name)).map((name) => ({
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name, namespace },
    spec: {
      transport,
      workload: { template: { spec: { containers: [container(HANDLERS[name])] } } },
    },
  }));
}

function container(handler: string) {
  return { name: RUNTIME_CONTAINER, image: "crew", env: [{ name: "ASYA_HANDLER", value: handler }] };
}
