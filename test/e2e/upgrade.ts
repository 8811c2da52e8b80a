import { freshBundle, FUNCTION, type Program } from "../../scripts/build.ts";
import { type Cluster, kubectl } from "../cluster/cluster.ts";
import { type FunctionProcess, startFunction, stopFunction } from "./function-process.ts";
import type { Place } from "./place.ts";
import { tell } from "./story.ts";
import type { Undo } from "./undoing.ts";

/** Another build of the same function, as the next release would be. */
export const NEXT_FUNCTION: Program = { ...FUNCTION, name: "function-next", mark: "the next build" };

/** The run's function becomes its next build: by package where it is one, else by another process at the same address. */
export async function upgradeFunction(
  cluster: Cluster,
  place: Place,
  running: FunctionProcess | undefined,
  name: string,
  undo: Undo,
): Promise<void> {
  if (running === undefined) {
    const { functionPackage, nextFunctionPackage } = place;
    if (functionPackage === undefined || nextFunctionPackage === undefined)
      throw new Error("no other build of the function: E2E_NEXT_FUNCTION_PACKAGE");
    undo("the function's package", () => usePackage(cluster, name, functionPackage));
    usePackage(cluster, name, nextFunctionPackage);
    return;
  }
  const [, ...options] = running.command;
  const next = { ...running, command: [await freshBundle(NEXT_FUNCTION), ...options] };
  undo("the function's process", async () => {
    await stopFunction(next);
    startFunction(running);
  });
  await stopFunction(running);
  tell(`the function's next build runs as process ${startFunction(next)}`);
}

function usePackage(cluster: Cluster, name: string, image: string): void {
  const kind = "function.pkg.crossplane.io";
  kubectl(cluster, ["patch", kind, name, "--type=merge", "-p", JSON.stringify({ spec: { package: image } })]);
  const revision = `jsonpath={.status.currentIdentifier}=${image}`;
  kubectl(cluster, ["wait", `--for=${revision}`, `${kind}/${name}`, "--timeout=2m"]);
  kubectl(cluster, ["wait", "--for=condition=Healthy", `${kind}/${name}`, "--timeout=2m"]);
  tell(`the function comes from ${image}`);
}
