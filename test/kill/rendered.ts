import { runFunction } from "../../functions/asyncactor/run-function.ts";
import { renderedActor } from "../../cli/rendered.ts";
import { localActor } from "../../cli/up/local-actor.ts";
import type { EnvVar, Manifest } from "../../core/manifest.ts";
import { requestFor } from "../requests.ts";

/** What the function renders of one actor: queue objects, and the environments of its two containers. */
export interface RenderedPod {
  name: string;
  objects: readonly Manifest[];
  runtimeEnv: Record<string, string>;
  sidecarEnv: Record<string, string>;
}

/**
 * Actors as the function renders them for a platform with one transport.
 *
 * @param transport - entry of the platform's `transports`; its name is its type.
 * @param secrets - what is in the Secrets that the rendered variables refer to, by the variables' names.
 * @param spec - what each actor says besides its transport and workload.
 */
export function renderPods(
  { transport, secrets }: { transport: { type: string; config: object }; secrets: Record<string, string> },
  names: readonly string[],
  spec: object,
): RenderedPod[] {
  const platform = {
    metadata: { name: "asya-platform" },
    data: {
      transports: { [transport.type]: { ...transport, enabled: true } },
      sidecar: { image: "example.org/sidecar:1" },
    },
  };
  return names.map((name) => {
    const actor = actorNamed(name, { ...spec, transport: transport.type });
    const rendered = renderedActor(actor, runFunction(requestFor(actor, platform)));
    const { runtimeEnv, sidecarEnv, objects } = localActor(rendered, ".");
    return {
      name,
      objects,
      runtimeEnv: valuesOf(runtimeEnv, secrets),
      sidecarEnv: valuesOf(sidecarEnv, secrets),
    };
  });
}

function actorNamed(name: string, spec: object): Record<string, unknown> {
  const container = {
    name: "asya-runtime",
    image: "example.org/handlers:1",
    env: [{ name: "ASYA_HANDLER", value: "handlers.work" }],
  };
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name, namespace: "default" },
    spec: { ...spec, workload: { template: { spec: { containers: [container] } } } },
  };
}

function valuesOf(variables: readonly EnvVar[], secrets: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => {
      const text = valueFrom === undefined ? value : secrets[name];
      if (text === undefined)
        throw new Error(`${name} is rendered as a reference to ${JSON.stringify(valueFrom)}`);
      return [name, text];
    }),
  );
}
