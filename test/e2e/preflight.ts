import type { Cluster } from "../cluster/cluster.ts";
import { kubectl } from "../cluster/cluster.ts";

/** What must be there before ours, by a kind that only it serves. */
const NEEDED: Readonly<Record<string, string>> = {
  "compositions.apiextensions.crossplane.io":
    "Crossplane 2.2 or later: https://docs.crossplane.io/latest/get-started/install/",
  "functions.pkg.crossplane.io":
    "Crossplane's package manager: https://docs.crossplane.io/latest/get-started/install/",
  "scaledobjects.keda.sh": "KEDA 2.20.2 or later: https://keda.sh/docs/latest/deploy/",
  "queues.rabbitmq.com":
    "the RabbitMQ messaging topology operator: https://www.rabbitmq.com/kubernetes/operator/install-topology-operator",
};
/** Marks what a run has installed: only that is replaced and removed. */
export const RUN_LABEL = "asya.sh/e2e";

/** Everything that stands in the way of a run, at once; empty = go. */
export function obstacles(cluster: Cluster): string[] {
  const served = new Set(
    kubectl(cluster, ["get", "crd", "-o", "name"])
      .split("\n")
      .map((line) => line.split("/")[1] ?? ""),
  );
  const missing = Object.entries(NEEDED)
    .filter(([name]) => !served.has(name))
    .map(([name, help]) => `the cluster does not serve ${name} - install ${help}`);
  const ready = kubectl(cluster, [
    "get",
    "nodes",
    "-o",
    "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}",
  ]);
  return [
    ...missing,
    ...(ready.includes("True") ? [] : ["no node is Ready - handlers would never start"]),
    ...(!process.env["E2E_REPLACE"] &&
    !process.env["E2E_BESIDE"] &&
    served.has("environmentconfigs.apiextensions.crossplane.io")
      ? strangers(cluster)
      : []),
  ];
}

function strangers(cluster: Cluster): string[] {
  const platform = kubectl(cluster, [
    "get",
    "environmentconfig",
    "asya-platform",
    "--ignore-not-found",
    "-o",
    `jsonpath={.metadata.name} {.metadata.labels.${RUN_LABEL.replaceAll(".", "\\.")}}`,
  ]).trim();
  return platform === "asya-platform"
    ? [
        "EnvironmentConfig asya-platform is there already and not of an earlier run: actors of this cluster would be " +
          "changed - use another cluster, or say E2E_REPLACE=1 if what is installed may go",
      ]
    : [];
}
