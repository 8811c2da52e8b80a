import {
  Capability,
  Ready,
  type Resource,
  type Resources,
  RunFunctionRequest,
  type RunFunctionResponse,
} from "@crossplane-org/function-sdk-typescript";
import type { Manifest } from "../core/manifest.ts";
import { FLAVOR_LABEL } from "../core/names.ts";

/** One call of a function, in process or over gRPC. */
export type CallFunction = (request: RunFunctionRequest) => Promise<RunFunctionResponse>;

/** Crossplane gives up after as many rounds of requirements. */
const MAX_ROUNDS = 5;

/**
 * What Crossplane does with a new actor, without a cluster: it hands over the platform's settings, as the Composition
 * asks, and calls again with whatever the answer requires until the answer asks for nothing new.
 *
 * @param objects - everything that lies in Git beside the actor: platform, flavors.
 * @throws {Error} if the requirements never become stable.
 */
export async function composeOffline(
  call: CallFunction,
  actor: Readonly<Record<string, unknown>>,
  objects: readonly Manifest[],
): Promise<RunFunctionResponse> {
  const request = RunFunctionRequest.fromPartial({
    meta: {
      tag: "offline",
      capabilities: [Capability.CAPABILITY_CAPABILITIES, Capability.CAPABILITY_REQUIRED_RESOURCES],
    },
    observed: { composite: asResource(actor), resources: {} },
  });
  request.requiredResources["platform"] = matching(
    objects,
    (object) => object.metadata.name === "asya-platform",
  );
  let asked = "";
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const response = await call(request);
    const requirements = response.requirements?.resources ?? {};
    const asking = JSON.stringify(requirements);
    if (asking === asked || asking === "{}") return response;
    asked = asking;
    for (const [name, selector] of Object.entries(requirements)) {
      const flavor = selector.matchLabels?.labels[FLAVOR_LABEL];
      request.requiredResources[name] = matching(
        objects,
        (object) => flavor !== undefined && object.metadata.labels?.[FLAVOR_LABEL] === flavor,
      );
    }
  }
  throw new Error(`the function still asks for more after ${MAX_ROUNDS} rounds`);
}

function matching(objects: readonly Manifest[], accepts: (object: Manifest) => boolean): Resources {
  const configs = objects.filter((object) => object.kind === "EnvironmentConfig" && accepts(object));
  return { items: configs.map(asResource) };
}

function asResource(object: object): Resource {
  return { resource: { ...object }, connectionDetails: {}, ready: Ready.READY_UNSPECIFIED };
}
