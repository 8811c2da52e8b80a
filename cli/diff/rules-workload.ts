import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../core/json.ts";
import { ADOPT_ANNOTATION } from "../../core/names.ts";
import { accelerators, ceiling, isFourfold } from "./accelerators.ts";
import type { Mark, Pair, Rule } from "./rule.ts";
import type { Rendered, SideActor } from "./side.ts";

export function killedWork({ before, after }: Pair): Mark[] {
  if (before.rendered.findings.some(({ code }) => code === "W011")) return [];
  return after.rendered.findings
    .filter(({ code }) => code === "W011")
    .map(({ message, fix }) => ({ code: "R004", message, fix }));
}

export function moreAccelerators({ before, after }: Pair): Mark[] {
  const [old, now] = [ceiling(before.rendered), ceiling(after.rendered)];
  if (!isFourfold(old, now)) return [];
  const { maxReplicas } = after.rendered.plan.actor.scaling;
  const message = `may use ${now} GPUs instead of ${old} (${maxReplicas} replicas, ${accelerators(after.rendered)} each)`;
  return [{ code: "R005", message }];
}

export function restartedPods({ before, after }: Pair): Mark[] {
  if (isDeepStrictEqual(podTemplate(before.rendered), podTemplate(after.rendered))) return [];
  if (!isDeepStrictEqual(ownWords(before), ownWords(after)))
    return [{ code: "R006", message: "its pods are replaced" }];
  return [
    {
      code: "R007",
      message:
        "its pods are replaced although its own words are the same: the platform or a flavor changes them",
    },
  ];
}

export function lostScaler({ before, after }: Pair): Mark[] {
  const [old, now] = [before.rendered.plan.actor.scaling, after.rendered.plan.actor.scaling];
  if (old.enabled && !now.enabled) {
    const { replicas } = after.rendered.plan.actor.spec.workload;
    return [{ code: "R009", message: `loses its scaler: ${replicas} replicas, whatever waits` }];
  }
  if (!now.enabled) return [];
  const marks: Mark[] = [];
  if (now.paused && !old.paused) marks.push({ code: "R009", message: "its scaler is paused" });
  const least = old.enabled ? old.minReplicas : before.rendered.plan.actor.spec.workload.replicas;
  if (now.minReplicas === 0 && least > 0)
    marks.push({ code: "R009", message: `scales to zero (before: at least ${least})` });
  return marks;
}

export const adopted: Rule = ({ before, after }) => (isAdopting(before) ? [] : adoptedActor(after));

/** Of an actor that is new. */
export function adoptedActor(actor: SideActor): Mark[] {
  if (!isAdopting(actor)) return [];
  return [{ code: "R012", message: "takes over a workload and a scaler of its name, where they exist" }];
}

function isAdopting({ manifest }: SideActor): boolean {
  return manifest.metadata.annotations?.[ADOPT_ANNOTATION] === "true";
}

/** Everything that the user wrote about an actor and that may show in its objects. */
export function ownWords({ manifest }: SideActor): unknown {
  return [manifest["spec"], manifest.metadata.annotations ?? {}, manifest.metadata.labels ?? {}];
}

export function podTemplate({ objects }: Rendered): unknown {
  const spec = (objects["deployment"] ?? objects["statefulset"])?.["spec"];
  return isObject(spec) ? spec["template"] : undefined;
}
