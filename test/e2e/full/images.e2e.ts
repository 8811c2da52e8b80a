import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { FUNCTION, PLUGIN } from "../../../scripts/build.ts";
import { type Cluster, findCluster, kubectl } from "../../cluster/cluster.ts";
import { Broker } from "../broker.ts";
import { makeCrewImage, makeImage } from "../images.ts";
import { at, Kubernetes } from "../kubernetes.ts";
import { tell } from "../story.ts";
import { until } from "../until.ts";

const ENFORCE = "pod-security.kubernetes.io/enforce";
const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const { namespace, vhost, place, platform } = inject("run");

let cluster: Cluster;
let kubernetes: Kubernetes;
beforeAll(async () => {
  const found = findCluster();
  if (found === undefined) throw new Error("the cluster is gone");
  cluster = found;
  kubernetes = await Kubernetes.open(cluster, namespace);
  kubectl(cluster, ["label", "namespace", namespace, "--overwrite", `${ENFORCE}=restricted`]);
  tell("the namespace takes restricted pods only");
});
afterAll(() => {
  kubectl(cluster, ["label", "namespace", namespace, `${ENFORCE}-`]);
  kubernetes.close();
});

test("the function's image answers the kubelet's gRPC health check", async () => {
  const image = place.functionPackage ?? (await made((shared) => makeImage(shared, FUNCTION)));
  const readinessProbe = { grpc: { port: 9443 }, periodSeconds: 1 };
  run("image-function", { image, args: ["--insecure", "--metrics-address", "off"], readinessProbe });
  await until("the function's pod is ready", () => isReady("image-function"), Boolean);
  tell("the function serves out of its image");
  remove("image-function");
});

test("the plugin's image prints what lies in a folder, checked", async () => {
  const image = place.pluginImage ?? (await made((shared) => makeImage(shared, PLUGIN)));
  const folder = {
    "platform.yaml": kubectl(cluster, ["get", "environmentconfig", platform, "-o", "json"]),
    "note.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\ndata: {said: hello}\n",
  };
  kubernetes.apply([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "image-plugin" }, data: folder },
  ]);
  run(
    "image-plugin",
    {
      image,
      args: ["generate", "/folder", "--namespace", namespace],
      volumeMounts: [{ name: "folder", mountPath: "/folder" }],
    },
    { restartPolicy: "Never", volumes: [{ name: "folder", configMap: { name: "image-plugin" } }] },
  );
  await until(
    "the plugin has ended",
    async () => at(await kubernetes.get("pods", "image-plugin"), "status", "phase"),
    (phase) => phase === "Succeeded" || phase === "Failed",
  );
  const lines = kubernetes.kubectl(["logs", "image-plugin"]).trim().split("\n");
  const printed = lines
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { kind: string });
  expect(printed.map(({ kind }) => kind)).toEqual(["EnvironmentConfig", "ConfigMap"]);
  expect(printed).toContainEqual(expect.objectContaining({ data: { said: "hello" } }));
  tell("the plugin has printed a folder out of its image");
  remove("image-plugin");
  kubernetes.kubectl(["delete", "configmap", "image-plugin"]);
});

let crewImage: string | undefined;
test.each(["happy-end", "error-end"])("the crew's image stores what arrives at %s", async (name) => {
  crewImage ??= place.crewImage ?? (await made(makeCrewImage));
  const before = at(await kubernetes.get("asyncactors", name), "spec", "workload");
  const handler = `handlers.end_handlers.${name.replace("-", "_")}_handler`;
  const container = {
    name: "asya-runtime",
    image: crewImage,
    env: [
      { name: "ASYA_HANDLER", value: handler },
      { name: "ASYA_RESULTS_DIR", value: "/results" },
    ],
    resources: { requests: { cpu: "10m", memory: "32Mi" } },
    securityContext: { ...RESTRICTED, runAsUser: 65532 },
    volumeMounts: [{ name: "results", mountPath: "/results" }],
  };
  const pod = { containers: [container], volumes: [{ name: "results", emptyDir: {} }] };
  replaceWorkload(name, { replicas: 1, template: { spec: pod } });
  const broker = new Broker(place, vhost);
  const sender = await broker.connect();
  try {
    await until(
      `the queue of ${name}`,
      () => broker.queues(),
      (queues) => queues.includes(`asya-${name}`),
    );
    const id = `image-${name}`;
    const envelope = { id, route: { actors: ["some-actor"], current: 0 }, payload: { answer: 42 } };
    await sender.send(name, Buffer.from(JSON.stringify(envelope)));
    await until(
      `a pod of ${name} is ready`,
      () => readyPods(name),
      ({ length }) => length === 1,
      90_000,
    );
    const [podName = ""] = await readyPods(name);
    const stored = await until(
      "the envelope is stored",
      () => Promise.resolve(storedIn(podName)),
      ({ length }) => length === 1,
    );
    expect(JSON.parse(stored[0] ?? "")).toEqual(envelope);
    tell(`${name} has stored an envelope, in a pod whose every container is restricted`);
  } finally {
    await sender.close();
    replaceWorkload(name, before);
    await until(
      `pods of ${name} are gone`,
      () => kubernetes.list("pods", `asya.sh/actor=${name}`),
      ({ length }) => length === 0,
      90_000,
    );
  }
});

test("the observer runs on a root file system that it cannot write", async () => {
  const deployment: unknown = JSON.parse(
    kubectl(cluster, ["get", "deployment", "asya-observer", "--namespace", "asya-system", "-o", "json"]),
  );
  expect(at(deployment, "status", "availableReplicas")).toBe(1);
  const observer = at(deployment, "spec", "template", "spec", "containers", 0, "securityContext");
  expect(observer).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  });
});

async function made(make: (shared: string) => Promise<string>): Promise<string> {
  if (place.shared === undefined) throw new Error("no image to test: test/e2e/place.ts names the variables");
  return await make(place.shared);
}

function run(name: string, container: object, spec: object = {}): void {
  const only = {
    name: "program",
    imagePullPolicy: "IfNotPresent",
    securityContext: RESTRICTED,
    ...container,
  };
  kubernetes.apply([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { containers: [only], automountServiceAccountToken: false, ...spec },
    },
  ]);
}

function remove(pod: string): void {
  kubernetes.kubectl(["delete", "pod", pod, "--wait", "--grace-period=5"]);
}

async function isReady(pod: string): Promise<boolean> {
  const { status } = await kubernetes.get("pods", pod);
  const conditions = (status?.["conditions"] ?? []) as { type: string; status: string }[];
  return conditions.some((one) => one.type === "Ready" && one.status === "True");
}

async function readyPods(actor: string): Promise<string[]> {
  const pods = await kubernetes.list("pods", `asya.sh/actor=${actor}`);
  const ready = await Promise.all(pods.map(({ metadata }) => isReady(metadata.name)));
  return pods.filter((_, index) => ready[index]).map(({ metadata }) => metadata.name);
}

/** n.b. The image has no shell, but Python. */
function storedIn(pod: string): string[] {
  const program =
    "import boto3, json, pathlib; print(json.dumps([f.read_text() for f in pathlib.Path('/results').rglob('*.json')]))";
  const words = ["exec", pod, "--container", "asya-runtime", "--", "python3", "-c", program];
  return JSON.parse(kubernetes.kubectl(words)) as string[];
}

function replaceWorkload(actor: string, value: unknown): void {
  const change = [{ op: "replace", path: "/spec/workload", value }];
  kubernetes.kubectl(["patch", "asyncactor", actor, "--type=json", "-p", JSON.stringify(change)]);
}
