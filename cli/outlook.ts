import { isObject } from "../core/json.ts";
import type { RenderedActor } from "./rendered.ts";

/** What will happen at 0, 1 and many waiting messages, in words; a line each. */
export function outlook({
  effective,
  objects,
}: Pick<RenderedActor, "effective" | "objects">): { label: string; text: string }[] {
  const scaling = isObject(effective["scaling"]) ? effective["scaling"] : {};
  const number = (field: string) => Number(scaling[field]);
  const [min, max] = [number("minReplicas"), number("maxReplicas")];
  if (scaling["enabled"] !== true) return [{ label: "any number", text: `${min} ${replicas(min)}, always` }];
  if (scaling["paused"] === true)
    return [{ label: "any number", text: "scaling is paused: the replicas stay as they are" }];
  const formula = formulaOf(objects);
  const idle = { label: "0 messages", text: idleText(min, number("cooldownPeriod")) };
  const first = { label: "1 message", text: firstText(min, number("pollingInterval")) };
  if (formula !== undefined)
    return [
      idle,
      first,
      { label: "more", text: `by the formula ${formula}, at most ${max} ${replicas(max)}` },
    ];
  const queueLength = number("queueLength");
  const text = `${max} ${replicas(max)} (one for every ${queueLength}), from 1 on within a minute or more by the HPA's policy`;
  return [idle, first, { label: `${queueLength * max} or more`, text }];
}

function idleText(min: number, cooldownSeconds: number): string {
  return min > 0 ? `${min} ${replicas(min)} stay` : `0 replicas, ${cooldownSeconds} s after the last message`;
}

function firstText(min: number, pollingSeconds: number): string {
  return min > 0
    ? "handled at once by what runs"
    : `1 replica within ${pollingSeconds} s, and the time its pod takes to start`;
}

function formulaOf(objects: RenderedActor["objects"]): string | undefined {
  const spec = objects["scaled-object"]?.["spec"];
  const advanced = isObject(spec) && isObject(spec["advanced"]) ? spec["advanced"] : {};
  const modifiers = isObject(advanced["scalingModifiers"]) ? advanced["scalingModifiers"] : {};
  return typeof modifiers["formula"] === "string" ? modifiers["formula"] : undefined;
}

function replicas(count: number): string {
  return count === 1 ? "replica" : "replicas";
}
