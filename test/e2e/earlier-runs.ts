import { type Cluster, kubectl } from "../cluster/cluster.ts";
import { RUN_LABEL } from "./preflight.ts";
import { tell } from "./story.ts";

/** Of the topology operator, which needs the namespace's Secret to finish with each. */
const TOPOLOGY = ["queues", "bindings", "exchanges", "users", "permissions", "topicpermissions"].map(
  (kind) => `${kind}.rabbitmq.com`,
);

/**
 * Takes away what runs have left that were kept or interrupted: their actors would hold the XRD when it is removed.
 *
 * @param alsoRemove - told each run's name, for what of it is outside the cluster.
 */
export async function removeEarlierRuns(
  cluster: Cluster,
  alsoRemove: (run: string) => Promise<void>,
): Promise<void> {
  const runs = kubectl(cluster, ["get", "namespaces", "--selector", RUN_LABEL, "-o", "name"])
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace("namespace/", ""));
  const served = kubectl(cluster, ["get", "crd", "asyncactors.asya.sh", "--ignore-not-found", "-o", "name"]);
  for (const run of runs) {
    tell(`an earlier run has left namespace ${run}: it is taken away first`);
    const remove = (kinds: string) =>
      kubectl(cluster, ["delete", kinds, "--all", "--namespace", run, "--wait", "--timeout=2m"]);
    if (served !== "") remove("asyncactors.asya.sh");
    remove(TOPOLOGY.join(","));
    kubectl(cluster, ["delete", "namespace", run, "--wait", "--timeout=2m"]);
    await alsoRemove(run);
  }
}
