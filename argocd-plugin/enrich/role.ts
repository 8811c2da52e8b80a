import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { flavorName, isActor, isPlatform } from "../check/world.ts";

/** What an object is to Asya; undefined where Argo CD needs to be told nothing about it. */
export type Role = "definition" | "composition" | "platform" | "flavor" | "actor";

export function roleOf(object: Manifest): Role | undefined {
  if (isActor(object)) return "actor";
  if (isPlatform(object)) return "platform";
  if (flavorName(object) !== undefined) return "flavor";
  if (!object.apiVersion.startsWith("apiextensions.crossplane.io/")) return undefined;
  const spec = isObject(object["spec"]) ? object["spec"] : {};
  if (object.kind === "CompositeResourceDefinition" && spec["group"] === "asya.sh") return "definition";
  const composed = isObject(spec["compositeTypeRef"]) ? spec["compositeTypeRef"]["apiVersion"] : undefined;
  const isOurs = typeof composed === "string" && composed.startsWith("asya.sh/");
  return object.kind === "Composition" && isOurs ? "composition" : undefined;
}
