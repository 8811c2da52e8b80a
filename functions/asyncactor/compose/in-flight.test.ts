import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFinding } from "../../../core/finding.ts";
import { checkActor } from "./check.ts";
import { inFlight } from "./in-flight.ts";
import { countsWorkInHand, type Trigger } from "./in-flight-stops.ts";
import { planActor } from "./plan.ts";
import { planTransport } from "./transport-plan.ts";
import { workload } from "./workload.ts";

type Fields = Record<string, unknown>;

const RABBITMQ = { type: "rabbitmq", config: { host: "mq", connection: { secretName: "broker" } } };
const SQS = { type: "sqs", config: { region: "eu-central-1", accountId: "123456789012" } };
const WORLD = {
  platform: { transports: { rabbitmq: RABBITMQ, sqs: SQS }, sidecar: { image: "asya-sidecar:1" } },
  flavors: {},
};

function actor(spec: Fields = {}, pod: Fields = {}, env: Fields[] = []) {
  const handler = { name: "ASYA_HANDLER", value: "app.run" };
  const containers = [{ name: "asya-runtime", image: "app:1", env: [handler, ...env] }];
  const template = { spec: { containers, ...pod } };
  return {
    apiVersion: "asya.sh/v1alpha1",
    kind: "AsyncActor",
    metadata: { name: "work" },
    spec: { transport: "rabbitmq", workload: { template }, ...spec },
  };
}

function planOf(object: object) {
  const { plan } = planActor(object, WORLD);
  if (plan === undefined) throw new Error(JSON.stringify(planActor(object, WORLD).findings));
  return { ...plan, transportPlan: planTransport(plan, {}).transportPlan };
}

function verdict(object: object) {
  const plan = planOf(object);
  return inFlight(plan.actor, plan.transportPlan.trigger);
}

function warnings(object: object, world: typeof WORLD | { platform: undefined; flavors: object } = WORLD) {
  const found = checkActor(object, { ...world, flavors: {} });
  return found.filter(({ code }) => code === "W011").map(formatFinding);
}

const sidecar = (name: string, value: string) => ({ sidecar: { env: [{ name, value }] } });
const MINUTE = { timeout: { processing: 60 } };

describe("what is rendered by default lets work end", () => {
  test("with 0.1's defaults: 300 s of work, 30 s of gracefulShutdown", () => {
    expect(verdict(actor())).toMatchObject({ handlerSeconds: 300, graceSeconds: 315, cuts: [] });
    expect(warnings(actor())).toEqual([]);
  });

  test("whatever timeouts, grace, scaling, concurrency and batching an actor asks for, up to a day", () => {
    const seconds = fc.integer({ min: 1, max: 86_380 });
    const specs = fc.record({
      transport: fc.constantFrom("rabbitmq", "sqs"),
      timeout: fc.record({ processing: seconds, gracefulShutdown: seconds }),
      scaling: fc.record({ enabled: fc.boolean(), cooldownPeriod: fc.integer({ min: 0, max: 600 }) }),
      concurrency: fc.integer({ min: 1, max: 1_000 }),
      batching: fc.record({ maxSize: fc.integer({ min: 1, max: 100 }) }),
    });
    fc.assert(
      fc.property(specs, seconds, (spec, grace) => {
        const sqs = spec.transport === "sqs" && spec.timeout.processing > 43_200;
        fc.pre(!sqs);
        expect(verdict(actor(spec, { terminationGracePeriodSeconds: grace })).cuts).toEqual([]);
      }),
    );
  });

  test("work of more than an hour: the runtime is told to go on as long as its pod", () => {
    const env = (processing: string) => {
      const { actor: effective, platform, transportPlan } = planOf(actor({ timeout: { processing } }));
      const rendered = workload(effective, platform, transportPlan, { name: "work" }, undefined);
      return JSON.stringify(rendered).match(/"ASYA_STOP_TIMEOUT","value":"(\d+)"/)?.[1];
    };
    expect(env("1h")).toBe("3615");
    expect(env("59m")).toBeUndefined();
    expect(env("30h")).toBe("86400");
  });
});

describe("the user's own words that let a stop kill work are one finding with its timeline", () => {
  test("a handler's limit in the sidecar's environment, which the grace period does not follow", () => {
    expect(warnings(actor({ ...MINUTE, ...sidecar("ASYA_RUNTIME_TIMEOUT", "5m") }))).toEqual([
      "ASYA-W011 spec.sidecar.env[0].value: a rollout or a drain can kill work in hand, which is then done again " +
        "(SIGTERM at 0 s; SIGKILL at 75 s; a handler may run until 300 s) - set timeout.processing to 300s instead of " +
        "ASYA_RUNTIME_TIMEOUT, or timeout.gracefulShutdown to at least 315s",
    ]);
  });

  test.each([
    ["gracefulShutdown covers it", { timeout: { processing: 60, gracefulShutdown: 315 } }, {}],
    ["the pod's own grace period covers it", MINUTE, { terminationGracePeriodSeconds: 315 }],
  ])("but not where %s", (_, spec, pod) => {
    expect(warnings(actor({ ...spec, ...sidecar("ASYA_RUNTIME_TIMEOUT", "5m") }, pod))).toEqual([]);
  });

  test("a runtime that is told to end early", () => {
    const stop = { name: "ASYA_STOP_TIMEOUT", value: "10" };
    const path = "spec.workload.template.spec.containers[0].env[1].value";
    expect(warnings(actor({ ...MINUTE, scaling: { enabled: true } }, {}, [stop]))).toEqual([
      `ASYA-W011 ${path}: a rollout, a drain or a scale-down can kill work in hand, which is then done again ` +
        "(SIGTERM at 0 s; asya-runtime ends at 10 s; a handler may run until 60 s; SIGKILL at 75 s) - " +
        "remove ASYA_STOP_TIMEOUT: the runtime then works as long as its pod may",
    ]);
    expect(warnings(actor(MINUTE, {}, [{ ...stop, value: "60" }]))).toEqual([]);
  });

  test("work of more than a day, which the runtime does not wait for", () => {
    expect(warnings(actor({ timeout: { processing: "25h" } }))).toEqual([
      expect.stringMatching(
        /^ASYA-W011 spec.timeout.processing: .*asya-runtime ends at 86400 s.*use at most/,
      ),
    ]);
  });

  test("two of them are one finding, the earliest first", () => {
    const stop = { name: "ASYA_STOP_TIMEOUT", value: "5" };
    const object = actor({ ...MINUTE, ...sidecar("ASYA_RUNTIME_TIMEOUT", "90s") }, {}, [stop]);
    expect(verdict(object).cuts.map(({ by, afterSeconds }) => [by, afterSeconds])).toEqual([
      ["runtime", 5],
      ["pod", 75],
    ]);
    expect(warnings(object)).toHaveLength(1);
  });

  test("also while the platform is not known", () => {
    const object = actor({ ...MINUTE, ...sidecar("ASYA_RUNTIME_TIMEOUT", "5m") });
    expect(warnings(object, { platform: undefined, flavors: {} })).toHaveLength(1);
  });

  test("a variable that is taken from elsewhere, or does not parse, says nothing", () => {
    expect(warnings(actor(sidecar("ASYA_RUNTIME_TIMEOUT", "a while")))).toEqual([]);
    const elsewhere = { name: "ASYA_STOP_TIMEOUT", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };
    expect(warnings(actor({}, {}, [elsewhere]))).toEqual([]);
  });
});

describe("a spot node gives its notice and no more, whatever the grace period", () => {
  const term = (key: string, value: string) => ({
    matchExpressions: [{ key, operator: "In", values: [value, "on-demand"] }],
  });
  const required = (...terms: Fields[]) => ({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    },
  });
  const preferred = (preference: Fields) => ({
    affinity: {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] },
    },
  });

  test.each<[string, Fields, number]>([
    ["selected", { nodeSelector: { "karpenter.sh/capacity-type": "spot" } }, 120],
    ["one of several", required(term("eks.amazonaws.com/capacityType", "SPOT")), 120],
    ["preferred", preferred(term("cloud.google.com/gke-preemptible", "true")), 15],
    [
      "tolerated",
      { tolerations: [{ key: "kubernetes.azure.com/scalesetpriority", operator: "Exists" }] },
      30,
    ],
    ["tolerated by value", { tolerations: [{ key: "cloud.google.com/gke-spot", value: "true" }] }, 15],
  ])("%s", (_, pod, notice) => {
    expect(verdict(actor({}, pod)).cuts).toMatchObject([{ by: "node", afterSeconds: notice }]);
    expect(verdict(actor({ timeout: { processing: notice - 5 } }, pod)).cuts).toEqual([]);
    expect(verdict(actor({ timeout: { processing: notice - 4 } }, pod)).cuts).toHaveLength(1);
  });

  test("the finding says what is left to do", () => {
    const pod = { nodeSelector: { "cloud.google.com/gke-spot": "true" } };
    expect(warnings(actor(MINUTE, pod))).toEqual([
      'ASYA-W011 spec.workload.template.spec.nodeSelector["cloud.google.com/gke-spot"]: the end of a spot node can kill ' +
        "work in hand, which is then done again (SIGTERM at 0 s; the node is gone at 15 s (GKE spot); a handler may run " +
        "until 60 s; SIGKILL at 75 s) - use nodes that stay, or a timeout.processing of at most 10s, or leave it where " +
        "doing work twice is cheap",
    ]);
  });

  test("other nodes and other clouds' words are nobody's concern", () => {
    const pod = {
      nodeSelector: { "karpenter.sh/capacity-type": "on-demand" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
    };
    expect(verdict(actor({}, pod)).cuts).toEqual([]);
  });
});

describe("what may stop a busy pod", () => {
  const scaling = (fields: Fields) => actor({ scaling: { enabled: true, ...fields } });

  test.each<[string, object, string[]]>([
    ["without scaling", actor(), ["rollout", "drain"]],
    ["KEDA sees work in hand, the HPA takes any pod", scaling({}), ["rollout", "drain", "scale-down"]],
    ["one pod at most", scaling({ maxReplicas: 1 }), ["rollout", "drain"]],
    [
      "an HPA that never shrinks",
      scaling({ behavior: { scaleDown: { selectPolicy: "Disabled" } } }),
      ["rollout", "drain"],
    ],
    ["paused", scaling({ paused: true }), ["rollout", "drain"]],
    [
      "a formula decides what is idle",
      scaling({ maxReplicas: 1, advanced: { formula: "queueLength", target: "5", activationTarget: "5" } }),
      ["rollout", "drain", "scale to zero"],
    ],
    [
      "never below one",
      scaling({ minReplicas: 1, advanced: { formula: "queueLength", target: "5" } }),
      ["rollout", "drain", "scale-down"],
    ],
  ])("%s", (_, object, expected) => {
    expect(verdict(object).stops).toEqual(expected);
  });

  test.each<[string, string, Record<string, string>, boolean]>([
    ["RabbitMQ over http", "rabbitmq", { protocol: "http" }, true],
    ["over amqp only ready messages count", "rabbitmq", { protocol: "amqp" }, false],
    ["auto may mean amqp", "rabbitmq", { protocol: "auto" }, false],
    ["unacked ones left out", "rabbitmq", { protocol: "http", excludeUnacknowledged: "true" }, false],
    ["SQS counts messages in flight unless told otherwise", "aws-sqs-queue", {}, true],
    ["SQS told otherwise", "aws-sqs-queue", { scaleOnInFlight: "false" }, false],
    ["a trigger nobody knows", "kafka", {}, false],
  ])("%s", (_, type, metadata, counts) => {
    const trigger: Trigger = { type, name: "queueLength", metadata };
    expect(countsWorkInHand(trigger)).toBe(counts);
    const stops = inFlight(planOf(scaling({})).actor, trigger).stops;
    expect(stops.includes("scale to zero")).toBe(!counts);
  });

  test("the triggers that are rendered count work in hand, on both transports", () => {
    for (const transport of ["rabbitmq", "sqs"]) {
      const { trigger } = planOf(actor({ transport })).transportPlan;
      expect(countsWorkInHand(trigger)).toBe(true);
    }
  });
});
