import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { type Cluster, findCluster, kubectl } from "./cluster.ts";

const XRD = "asyncactors.asya.sh";
const FILE = join(import.meta.dirname, "../../xrds/asyncactor.yaml");

/** The XRD is there for all files of test/cluster, and gone after them where it was not there before. */
export default function setup(): (() => void) | undefined {
  const cluster = findCluster();
  if (cluster === undefined) return undefined;
  const found = kubectl(cluster, ["get", "xrd", XRD, "--ignore-not-found", "-o", "json"]);
  if (found !== "") {
    if (!isOurs(found)) replace(cluster);
    return undefined;
  }
  install(cluster);
  return () => void kubectl(cluster, ["delete", "xrd", XRD, "--timeout=100s"]);
}

function isOurs(found: string): boolean {
  const { spec } = parse(readFileSync(FILE, "utf8")) as { spec: { versions: object[] } };
  const theirs = JSON.parse(found) as { spec: { versions: object[] } };
  return isDeepStrictEqual(theirs.spec.versions, spec.versions);
}

/** One that differs is somebody's, except where the cluster is the tests' own. */
function replace(cluster: Cluster): void {
  if (process.env["CI"] !== "true")
    throw new Error(`the cluster's XRD differs from this one: kubectl apply --server-side -f ${FILE}`);
  install(cluster);
}

function install(cluster: Cluster): void {
  kubectl(cluster, ["apply", "--server-side", "--force-conflicts", "-f", FILE]);
  kubectl(cluster, ["wait", "--for=condition=Established", `xrd/${XRD}`, "--timeout=60s"]);
  // n.b. Established comes a moment before the API server serves the kind.
  kubectl(cluster, ["wait", "--for=condition=Established", `crd/${XRD}`, "--timeout=60s"]);
}
