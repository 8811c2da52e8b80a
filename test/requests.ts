/** Requests as Crossplane makes them, for tests and benchmarks. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  Capability,
  Ready,
  RunFunctionRequest,
  type Resource,
  type Resources,
} from "@crossplane-org/function-sdk-typescript";
import { parse } from "yaml";

type KubernetesObject = Record<string, unknown>;

export function readYaml(path: string): KubernetesObject {
  return parse(readText(path)) as KubernetesObject;
}

export function readText(path: string): string {
  return readFileSync(resolve(import.meta.dirname, "..", path), "utf8");
}

/** A second call for an actor: everything that it requires was looked for. */
export function requestFor(
  actor: KubernetesObject,
  platform: KubernetesObject,
  observed: Record<string, KubernetesObject> = {},
): RunFunctionRequest {
  return RunFunctionRequest.fromPartial({
    meta: {
      tag: "test",
      capabilities: [Capability.CAPABILITY_CAPABILITIES, Capability.CAPABILITY_REQUIRED_RESOURCES],
    },
    observed: {
      composite: asResource(actor),
      resources: Object.fromEntries(
        Object.entries(observed).map(([key, object]) => [key, asResource(object)]),
      ),
    },
    requiredResources: {
      platform: items(platform),
      "existing-workload": items(),
      "existing-scaled-object": items(),
    },
  });
}

function items(...objects: KubernetesObject[]): Resources {
  return { items: objects.map(asResource) };
}

function asResource(resource: KubernetesObject): Resource {
  return { resource, connectionDetails: {}, ready: Ready.READY_UNSPECIFIED };
}
