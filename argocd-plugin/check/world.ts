import type { Manifest } from "../../core/manifest.ts";
import { FLAVOR_LABEL, PLATFORM_NAME } from "../../core/names.ts";
import type { World } from "../../functions/asyncactor/compose/plan.ts";

/** Whether an object belongs to the API that this project serves. */
type Kind = Pick<Manifest, "apiVersion" | "kind">;

export function isOurs({ apiVersion }: Kind): boolean {
  return apiVersion.startsWith("asya.sh/");
}

export function isActor(object: Kind): boolean {
  return isOurs(object) && object.kind === "AsyncActor";
}

export function isPlatform(object: Manifest): boolean {
  return isEnvironmentConfig(object) && object.metadata.name === PLATFORM_NAME;
}

/** The flavor that an EnvironmentConfig is, if it is one. */
export function flavorName(object: Manifest): string | undefined {
  const name: unknown = isEnvironmentConfig(object) ? object.metadata.labels?.[FLAVOR_LABEL] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Platform and flavors among `objects`: what the function would be given for each actor. */
export function worldOf(objects: readonly Manifest[]): World {
  const flavors: Record<string, { name: string; data: unknown }[]> = Object.create(null) as Record<
    string,
    never[]
  >;
  for (const object of objects) {
    const flavor = flavorName(object);
    if (flavor !== undefined)
      (flavors[flavor] ??= []).push({ name: object.metadata.name, data: object["data"] });
  }
  const platform = objects.find(isPlatform);
  return { platform: platform === undefined ? undefined : (platform["data"] ?? {}), flavors };
}

export function isEnvironmentConfig({ apiVersion, kind }: Kind): boolean {
  return kind === "EnvironmentConfig" && apiVersion.startsWith("apiextensions.crossplane.io/");
}
