import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { kubectl } from "../../cluster/cluster.ts";
import type { ControlPlane } from "./control-plane.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
export const NAMESPACE = "bench";
const FUNCTION_NAME = "function-asyncactor";

/** XRD, Composition, settings, and the function as Crossplane is told of one that it does not run itself. */
export async function install({ cluster, function: { address }, api }: ControlPlane): Promise<void> {
  const apply = (object: object) => kubectl(cluster, ["apply", "-f", "-"], JSON.stringify(object));
  for (const name of ["crossplane-system", NAMESPACE])
    apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  kubectl(cluster, ["apply", "-f", join(ROOT, "xrds/asyncactor.yaml")]);
  const paused = { "crossplane.io/paused": "true" };
  const image = `local.invalid/${FUNCTION_NAME}:bench`;
  const pkg = "pkg.crossplane.io/v1";
  const name = FUNCTION_NAME;
  apply({
    apiVersion: pkg,
    kind: "Function",
    metadata: { name, annotations: paused },
    spec: { package: image },
  });
  const labels = { "pkg.crossplane.io/package": name };
  apply({
    apiVersion: pkg,
    kind: "FunctionRevision",
    metadata: { name, labels, annotations: paused },
    spec: { desiredState: "Active", image, revision: 1 },
  });
  const status = { endpoint: `dns:///${address}`, capabilities: ["composition"], conditions: HEALTHY };
  const { message } = await api.mergeStatus(`/apis/${pkg}/functionrevisions/${name}`, status);
  if (message !== "") throw new Error(message);
  kubectl(cluster, ["apply", "-f", join(ROOT, "compositions/asyncactor.yaml")]);
  kubectl(cluster, ["apply", "-f", join(ROOT, "compositions/platform/rabbitmq.yaml")]);
}

export async function established({ cluster }: ControlPlane): Promise<void> {
  kubectl(cluster, ["wait", "--for=condition=Established", "xrd/asyncactors.asya.sh", "--timeout=2m"]);
}

const HEALTHY = ["RevisionHealthy", "RuntimeHealthy"].map((type) => ({
  type,
  status: "True",
  reason: "HealthyPackageRevision",
  lastTransitionTime: "2026-01-01T00:00:00Z",
}));

/** examples/quickstart's first actor, under another name. */
export function actorNamed(name: string, pollingInterval: number): object {
  const actor = parse(readFileSync(join(ROOT, "examples/quickstart/caption-image.yaml"), "utf8")) as {
    spec: { scaling: object };
  };
  const { spec, ...rest } = actor;
  return {
    ...rest,
    metadata: { name, namespace: NAMESPACE },
    spec: { ...spec, scaling: { ...spec.scaling, pollingInterval } },
  };
}
