import type { TestProject } from "vitest/node";
import { findCluster, kubectl, type Cluster } from "../cluster/cluster.ts";
import { actor, HANDLERS } from "./actors.ts";
import { installBeside } from "./beside.ts";
import { Broker } from "./broker.ts";
import { removeEarlierRuns } from "./earlier-runs.ts";
import { makeImages } from "./images.ts";
import { CONNECTION_SECRET, install, type Installation, PASSWORD_SECRET } from "./installation.ts";
import { withPackages } from "./package.ts";
import { credentials, placeFrom, type Place } from "./place.ts";
import { obstacles, RUN_LABEL } from "./preflight.ts";
import { tell } from "./story.ts";
import { Undoing } from "./undoing.ts";

declare module "vitest" {
  interface ProvidedContext {
    run: { namespace: string; vhost: string; place: Place; kubeconfig: string } & Installation;
  }
}

/** Brings Asya onto the cluster for all test files of a run, and takes it away after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = findCluster();
  if (cluster === undefined)
    throw new Error("npm run test:e2e needs a cluster: KUBECONFIG, or ../shared/cluster/up");
  process.env["KUBECONFIG"] = cluster.environment["KUBECONFIG"];
  const found = obstacles(cluster);
  if (found.length > 0) throw new Error(`this cluster is not ready for the tests:\n  ${found.join("\n  ")}`);
  const named = placeFrom(process.env);
  const place = process.env["E2E_PACKAGE"] ? await withPackages(named) : named;
  if (!process.env["E2E_BESIDE"])
    await removeEarlierRuns(cluster, (earlier) => new Broker(place, earlier).remove());
  const run = `asya-e2e-${Date.now().toString(36)}`;
  const broker = new Broker(place, run);
  const undoing = new Undoing();
  const undoAll = async () => {
    if (process.env["E2E_KEEP"]) {
      tell(`E2E_KEEP: everything stays, namespace ${run}`);
      return;
    }
    tell("taking everything away again");
    await undoing.all();
  };
  try {
    await makeImages(place);
    await broker.create();
    undoing.add(`vhost ${run}`, () => broker.remove());
    undoing.add(`namespace ${run}`, () =>
      kubectl(cluster, ["delete", "namespace", run, "--ignore-not-found", "--wait"]),
    );
    makeNamespace(cluster, place, run);
    const installation = process.env["E2E_BESIDE"]
      ? await installBeside(cluster, place, run, undoing.add)
      : await install(cluster, place, run, run, undoing.add);
    undoing.add("actors", () =>
      kubectl(cluster, ["delete", "asyncactors", "--all", "--namespace", run, "--wait", "--timeout=3m"]),
    );
    // The tests read the end actors' queues themselves.
    const ends = ["happy-end", "error-end"].map((name) =>
      actor(name, place.pythonImage, {
        spec: { scaling: {}, crossplane: { compositionRef: { name: installation.composition } } },
        workload: { replicas: 0 },
      }),
    );
    kubectl(
      cluster,
      ["apply", "--namespace", run, "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: ends }),
    );
    project.provide("run", {
      namespace: run,
      vhost: run,
      place,
      kubeconfig: process.env["KUBECONFIG"] ?? "",
      ...installation,
    });
    return undoAll;
  } catch (error) {
    await undoAll();
    throw error;
  }
}

function makeNamespace(cluster: Cluster, place: Place, name: string): void {
  const user = credentials(place);
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { [RUN_LABEL]: "true" } } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: CONNECTION_SECRET,
        namespace: name,
        labels: { "rabbitmq.com/topology-operator": "true" },
      },
      stringData: { uri: place.brokerManagement, ...user },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: PASSWORD_SECRET, namespace: name },
      stringData: { password: user.password },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "handlers", namespace: name },
      data: { "handlers.py": HANDLERS },
    },
  ];
  kubectl(cluster, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
}
