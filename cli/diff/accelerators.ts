import { isObject } from "../../core/json.ts";
import type { Rendered } from "./side.ts";

/** n.b. Extended resources have a domain; among them are network cards and devices, too. */
const ACCELERATOR = /\/.*(gpu|mig-|tpu|npu|neuron|gaudi|hpu)/i;

const FOURFOLD = 4;

/** Accelerators that one pod asks for. */
export function accelerators({ plan }: Rendered): number {
  const { containers } = plan.actor.spec.workload.template.spec;
  return containers.reduce((sum, { resources }) => sum + ofContainer(resources), 0);
}

function ofContainer(resources: unknown): number {
  const limits = isObject(resources) && isObject(resources["limits"]) ? resources["limits"] : {};
  const requests = isObject(resources) && isObject(resources["requests"]) ? resources["requests"] : {};
  // n.b. For extended resources Kubernetes wants both to be equal; one may be left out.
  return Object.entries({ ...requests, ...limits })
    .filter(([resource]) => ACCELERATOR.test(resource))
    .reduce((sum, [, count]) => sum + (Number(count) || 0), 0);
}

/** The most accelerators that an actor may use at once. */
export function ceiling(rendered: Rendered): number {
  const { scaling, spec } = rendered.plan.actor;
  return accelerators(rendered) * (scaling.enabled ? scaling.maxReplicas : spec.workload.replicas);
}

export function isFourfold(before: number, after: number): boolean {
  return after >= FOURFOLD * Math.max(before, 1);
}
