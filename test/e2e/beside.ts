import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { kubectl, type Cluster } from "../cluster/cluster.ts";
import { type Installation, platform, provideFunction, topology } from "./installation.ts";
import type { Place } from "./place.ts";
import { tell } from "./story.ts";
import type { Undo } from "./undoing.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * A second function with a Composition and settings of its own, beside an installation that stays as it is.
 *
 * @param run - suffix of all names.
 */
export async function installBeside(
  cluster: Cluster,
  place: Place,
  run: string,
  undo: Undo,
): Promise<Installation> {
  const names = {
    function: `function-${run}`,
    composition: `asyncactor-${run}`,
    platform: `asya-platform-${run}`,
  };
  const composition = parseDocument(readFileSync(join(ROOT, "compositions/asyncactor.yaml"), "utf8"));
  composition.setIn(["metadata", "name"], names.composition);
  composition.setIn(["spec", "pipeline", 0, "functionRef", "name"], names.function);
  composition.setIn(["spec", "pipeline", 0, "requirements", "requiredResources", 0, "name"], names.platform);
  const objects = [
    ["function.pkg.crossplane.io", names.function],
    ["functionrevision.pkg.crossplane.io", `${names.function}-local`],
    ["composition", names.composition],
    ["environmentconfig", names.platform],
  ] as const;
  for (const [kind, name] of objects)
    undo(`${kind} ${name}`, () => kubectl(cluster, ["delete", kind, name, "--ignore-not-found", "--wait"]));
  const functionProcess = await provideFunction(cluster, place, names.function, undo);
  kubectl(cluster, [
    "wait",
    "--for=condition=Healthy",
    `function.pkg.crossplane.io/${names.function}`,
    "--timeout=3m",
  ]);
  kubectl(cluster, ["apply", "-f", "-"], platform(place, run, run, names.platform));
  kubectl(cluster, ["apply", "-f", "-"], composition.toString());
  const shared = topology(run, run);
  undo("the shared topology", () =>
    kubectl(cluster, ["delete", "-f", "-", "--ignore-not-found", "--wait", "--timeout=60s"], shared),
  );
  kubectl(cluster, ["apply", "-f", "-"], shared);
  tell(`Composition ${names.composition} is there, beside what was installed`);
  return { composition: names.composition, platform: names.platform, functionProcess };
}
