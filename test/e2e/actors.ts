/** Handlers of the tests, one module. */
export const HANDLERS = `
import os
import time


def echo(payload):
    return payload


def slow(payload):
    time.sleep(payload.get("seconds", 1))
    return payload


def sour(payload):
    raise ValueError("this handler likes nothing")


def grave(payload):
    os.kill(os.getppid(), 9)


def first(payload):
    return {**payload, "steps": payload.get("steps", []) + ["first"]}


def second(payload):
    return {**payload, "steps": payload.get("steps", []) + ["second"]}


def parts(payload):
    return [{**payload, "part": part} for part in range(payload["parts"])]


def remember(payload):
    with open("/data/seen", "a+") as seen:
        seen.write(payload["id"] + "\\n")
        seen.seek(0)
        return {**payload, "seen": len(seen.readlines())}


class Broken:
    def __init__(self):
        raise RuntimeError("the model is not there")

    def work(self, payload):
        return payload


class Greedy:
    def __init__(self):
        self.model = b"x" * (512 << 20)

    def work(self, payload):
        return payload
`;

export interface ActorOptions {
  handler?: string;
  /** Merged over the spec. */
  spec?: Record<string, unknown>;
  /** Merged over the spec's workload. */
  workload?: Record<string, unknown>;
  /** Merged over the container asya-runtime. */
  container?: Record<string, unknown>;
  /** Merged over the pod's spec. */
  pod?: Record<string, unknown>;
  annotations?: Record<string, string>;
}

/** An actor as a user would write it, with a handler out of the ConfigMap `handlers`. */
export function actor(name: string, image: string, options: ActorOptions = {}): Record<string, unknown> {
  const { handler = "echo", spec = {}, workload = {}, container = {}, pod = {}, annotations } = options;
  const runtime = {
    name: "asya-runtime",
    image,
    env: [
      { name: "ASYA_HANDLER", value: `handlers.${handler}` },
      { name: "PYTHONPATH", value: "/handlers" },
    ],
    resources: { requests: { cpu: "10m", memory: "32Mi" } },
    volumeMounts: [{ name: "handlers", mountPath: "/handlers" }],
    ...container,
  };
  const volumes = [{ name: "handlers", configMap: { name: "handlers" } }];
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      transport: "rabbitmq",
      scaling: { enabled: true, cooldownPeriod: 10, maxReplicas: 3 },
      timeout: { processing: 10, gracefulShutdown: 10 },
      workload: { template: { spec: { containers: [runtime], volumes, ...pod } }, ...workload },
      ...spec,
    },
  };
}
