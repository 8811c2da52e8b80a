import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  Ready,
  RunFunctionRequest,
  type RunFunctionResponse,
  Severity,
  Status,
} from "@crossplane-org/function-sdk-typescript";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { makeCertificates } from "../../cli/certificates.ts";
import { readText, readYaml, requestFor } from "../../test/requests.ts";
import { ruleCases } from "../../test/rule-cases.ts";
import { clientCredentials, FunctionClient } from "./server/call.ts";
import { startFunction, type StartedFunction } from "./server/start.ts";

type Fields = Record<string, unknown>;

let certificates: string;
let server: StartedFunction;
let client: FunctionClient;

beforeAll(async () => {
  certificates = await mkdtemp(join(tmpdir(), "asya-function-"));
  await makeCertificates(certificates);
  server = await startFunction(resolve(import.meta.dirname, "main.ts"), [
    `--tls-server-certs-dir=${certificates}`,
    "--metrics-address=off",
  ]);
  client = new FunctionClient(server.address, clientCredentials(certificates, certificates));
});
afterAll(async () => {
  client.close();
  await server.stop();
  await rm(certificates, { recursive: true });
});

const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const SCALED = readYaml("examples/quickstart/read-page.yaml");
const SQS_PLATFORM = readYaml("examples/gpu-inference/platform.yaml");

const KEYS = [
  "deployment",
  "rabbitmq-binding",
  "rabbitmq-dlq",
  "rabbitmq-queue",
  "scaled-object",
  "trigger-authentication",
];

function keysOf(response: RunFunctionResponse): string[] {
  return Object.keys(response.desired?.resources ?? {});
}

function fatalOf(response: RunFunctionResponse): string | undefined {
  return response.results.find(({ severity }) => severity === Severity.SEVERITY_FATAL)?.message;
}

function conditionsOf(response: RunFunctionResponse): string[] {
  return response.conditions.map(
    ({ type, status }) => `${type}=${Status[status].replace("STATUS_CONDITION_", "")}`,
  );
}

/** What Crossplane would observe after it applied an answer. */
function asObserved(response: RunFunctionResponse): Record<string, Fields> {
  const resources = Object.entries(response.desired?.resources ?? {});
  return Object.fromEntries(
    resources.map(([key, { resource }]) => [key, structuredClone(resource as Fields)]),
  );
}

function with_(actor: Fields, spec: Fields, metadata: Fields = {}): Fields {
  return {
    ...actor,
    metadata: { ...(actor["metadata"] as Fields), ...metadata },
    spec: { ...(actor["spec"] as Fields), ...spec },
  };
}

test("an actor becomes queue, dead letters, binding, workload, scaler and what the scaler reads with", async () => {
  const response = await client.run(requestFor(SCALED, PLATFORM));
  expect(keysOf(response)).toEqual(KEYS);
  expect(fatalOf(response)).toBeUndefined();
  expect(response.desired?.composite?.ready).toBe(Ready.READY_FALSE);
  expect(conditionsOf(response)).toEqual([
    "TransportReady=FALSE",
    "WorkloadReady=FALSE",
    "ScalingReady=FALSE",
  ]);
});

test("the same request gives the same bytes, a hundred times", async () => {
  const first = await client.run(requestFor(SCALED, PLATFORM));
  const bytes = RunFunctionRequest.encode(requestFor(SCALED, PLATFORM, asObserved(first))).finish();
  const answers = new Set<string>();
  for (let call = 0; call < 100; call++)
    answers.add(Buffer.from(await client.runBytes(bytes)).toString("base64"));
  expect(answers.size).toBe(1);
});

test("the desired keys are the same whatever part of them is observed", async () => {
  const observed = asObserved(await client.run(requestFor(SCALED, PLATFORM)));
  await fc.assert(
    fc.asyncProperty(fc.subarray(KEYS), async (subset) => {
      const part = Object.fromEntries(subset.map((key) => [key, observed[key]!]));
      const response = await client.run(requestFor(SCALED, PLATFORM, part));
      expect(fatalOf(response)).toBeUndefined();
      expect(keysOf(response)).toEqual(KEYS);
    }),
    { numRuns: 64 },
  );
});

test("switching scaling off removes exactly ScaledObject and TriggerAuthentication", async () => {
  const observed = asObserved(await client.run(requestFor(SCALED, PLATFORM)));
  const off = with_(SCALED, { scaling: { enabled: false } });
  const response = await client.run(requestFor(off, PLATFORM, observed));
  expect(keysOf(response)).toEqual(
    KEYS.filter((key) => key !== "scaled-object" && key !== "trigger-authentication"),
  );
  expect(response.desired?.resources["deployment"]?.resource).toMatchObject({ spec: { replicas: 1 } });
});

describe("a platform that is missing or wrong", () => {
  const wrong = structuredClone(PLATFORM) as { data: { sidecar: Fields } };
  wrong.data.sidecar["metricsPort"] = "high";
  const cases: [string, Fields | undefined, string][] = [
    ["missing", undefined, "ASYA-E020"],
    ["wrong", wrong, "data.sidecar.metricsPort"],
  ];

  test.each(cases)(
    "%s, with nothing there yet: no object, no FATAL, every condition False",
    async (_, platform, text) => {
      const response = await client.run(requestWith(SCALED, platform));
      expect(fatalOf(response)).toBeUndefined();
      expect(keysOf(response)).toEqual([]);
      expect(response.desired?.composite?.ready).toBe(Ready.READY_FALSE);
      expect(conditionsOf(response)).toEqual([
        "TransportReady=FALSE",
        "WorkloadReady=FALSE",
        "ScalingReady=FALSE",
      ]);
      expect(response.conditions[0]?.message).toContain(text);
    },
  );

  test.each(cases)("%s, once objects exist: FATAL, and every condition False", async (_, platform, text) => {
    const observed = asObserved(await client.run(requestFor(SCALED, PLATFORM)));
    const response = await client.run(requestWith(SCALED, platform, observed));
    expect(fatalOf(response)).toContain(text);
    expect(keysOf(response)).toEqual([]);
    expect(conditionsOf(response)).toEqual([
      "TransportReady=FALSE",
      "WorkloadReady=FALSE",
      "ScalingReady=FALSE",
    ]);
  });
});

function requestWith(
  actor: Fields,
  platform: Fields | undefined,
  observed: Record<string, Fields> = {},
): RunFunctionRequest {
  const request = requestFor(actor, platform ?? {}, observed);
  if (platform === undefined) request.requiredResources["platform"] = { items: [] };
  return request;
}

test("every rule that an actor breaks is a FATAL with the field's path", async () => {
  // spec.crossplane is Crossplane's own: newer versions may put there what they like.
  const broken = ruleCases().filter(
    ({ findings, old, title }) =>
      findings.length > 0 && old === undefined && !title.startsWith("crossplane-"),
  );
  expect(broken.length).toBeGreaterThan(50);
  for (const { title, object, findings } of broken) {
    const fatal = fatalOf(await client.run(requestFor(object, PLATFORM))) ?? "no FATAL";
    for (const one of findings) {
      const [code, path] = one.split(" ");
      expect(fatal, title).toContain(`ASYA-${code}`);
      if (path !== undefined && path !== "") expect(fatal, title).toContain(path);
    }
  }
});

test.each<[string, Fields, string]>([
  ["a transport that the platform does not have", { transport: "kafka" }, "ASYA-E022 spec.transport"],
  ["a transport that is off", { transport: "sqs" }, "ASYA-E023 spec.transport"],
  [
    "a formula over no trigger",
    { scaling: { enabled: true, advanced: { formula: "x / 2", target: "1" } } },
    "ASYA-E040",
  ],
  [
    "half a second for KEDA",
    { scaling: { enabled: true, pollingInterval: "1500ms" } },
    "ASYA-E045 spec.scaling.pollingInterval",
  ],
])("%s is a FATAL with its path", async (_, spec, text) => {
  const platform = structuredClone(PLATFORM) as { data: { transports: Fields } };
  platform.data.transports["sqs"] = {
    ...(SQS_PLATFORM["data"] as { transports: { sqs: Fields } }).transports.sqs,
    enabled: false,
  };
  const response = await client.run(requestFor(with_(SCALED, spec), platform));
  expect(fatalOf(response)).toContain(text);
});

test("an actor with every field of the API renders", async () => {
  const actor = parse(readText("test/golden/every-field.yaml")) as Fields;
  const response = await client.run(requestFor(actor, PLATFORM));
  expect(fatalOf(response)).toBeUndefined();
  expect(keysOf(response)).toContain("statefulset");
});

test("flavors are asked for by label; until they are there nothing is answered, and then they stand under the actor", async () => {
  const actor = with_(SCALED, { flavors: ["slow"], scaling: { enabled: true } });
  const request = requestFor(actor, PLATFORM);
  const asking = await client.run(request);
  expect(keysOf(asking)).toEqual([]);
  expect(asking.requirements?.resources["flavor-slow"]?.matchLabels?.labels).toEqual({
    "asya.sh/flavor": "slow",
  });
  const flavor = {
    kind: "EnvironmentConfig",
    metadata: { name: "f" },
    data: { scaling: { cooldownPeriod: "20m", maxReplicas: 3 } },
  };
  request.requiredResources["flavor-slow"] = {
    items: [{ resource: flavor, connectionDetails: {}, ready: 0 }],
  };
  const response = await client.run(request);
  expect(response.desired?.resources["scaled-object"]?.resource).toMatchObject({
    spec: { cooldownPeriod: 1200, maxReplicaCount: 3 },
  });
});

test("a field newer than the oldest Kubernetes asks for the cluster's schema, and its word counts", async () => {
  const template = structuredClone(
    (SCALED["spec"] as { workload: { template: { spec: Fields } } }).workload.template,
  );
  template.spec["hostnameOverride"] = "here";
  const request = requestFor(with_(SCALED, { workload: { template } }), PLATFORM);
  request.meta!.capabilities.push(5);
  const asking = await client.run(request);
  expect(asking.requirements?.schemas).toMatchObject({
    deployment: { apiVersion: "apps/v1", kind: "Deployment" },
  });
  const older = {
    properties: {
      spec: {
        properties: {
          template: {
            properties: {
              spec: {
                properties: {
                  containers: {
                    type: "array",
                    items: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  },
                },
              },
            },
          },
        },
      },
    },
  };
  request.requiredSchemas["deployment"] = { openapiV3: older };
  expect(fatalOf(await client.run(request))).toContain(
    "ASYA-E030 spec.workload.template.spec.hostnameOverride",
  );
});

test("a workload of this name that belongs to nobody is not taken over", async () => {
  const request = requestFor(SCALED, PLATFORM);
  const stranger = { kind: "Deployment", metadata: { name: "read-page" }, spec: { replicas: 2 } };
  request.requiredResources["existing-workload"] = {
    items: [{ resource: stranger, connectionDetails: {}, ready: 0 }],
  };
  expect(fatalOf(await client.run(request))).toContain("ASYA-E044 metadata.name");
});

test("what stands where its objects would be is looked for as the effective actor has them, until they are seen", async () => {
  const lookedFor = (response: RunFunctionResponse) =>
    Object.entries(response.requirements?.resources ?? {}).map(([name, { kind }]) => `${name} ${kind}`);
  const plain = with_(SCALED, { scaling: {} });
  const platform = structuredClone(PLATFORM) as { data: Fields };
  platform.data["defaults"] = { scaling: { enabled: true }, workload: { kind: "StatefulSet" } };
  const first = await client.run(requestFor(plain, platform));
  expect(lookedFor(first)).toEqual(["existing-workload StatefulSet", "existing-scaled-object ScaledObject"]);
  const { "scaled-object": _, ...observed } = asObserved(first);
  expect(lookedFor(await client.run(requestFor(plain, platform, observed)))).toEqual([
    "existing-scaled-object ScaledObject",
  ]);
  expect(lookedFor(await client.run(requestFor(plain, platform, asObserved(first))))).toEqual([]);
});

test("an adopted workload keeps the replicas that it has", async () => {
  const request = requestFor(with_(SCALED, {}, { annotations: { "asya.sh/adopt": "true" } }), PLATFORM);
  const selector = {
    matchLabels: { app: "read-page", "asya.sh/asya": "read-page", "asya.sh/workload": "deployment" },
  };
  const running = { kind: "Deployment", metadata: { name: "read-page" }, spec: { replicas: 7, selector } };
  request.requiredResources["existing-workload"] = {
    items: [{ resource: running, connectionDetails: {}, ready: 0 }],
  };
  const response = await client.run(request);
  expect(fatalOf(response)).toBeUndefined();
  expect(response.desired?.resources["deployment"]?.resource?.["spec"]).not.toHaveProperty("replicas");
});

test("a flavor or platform that flips kind or transport changes nothing", async () => {
  const observed = asObserved(await client.run(requestFor(SCALED, PLATFORM)));
  const actor = with_(SCALED, {
    workload: { kind: "StatefulSet", ...((SCALED["spec"] as Fields)["workload"] as Fields) },
  });
  expect(fatalOf(await client.run(requestFor(actor, PLATFORM, observed)))).toContain(
    "ASYA-E043 spec.workload.kind",
  );
  const platform = structuredClone(SQS_PLATFORM) as { data: { transports: Fields } };
  platform.data.transports = { rabbitmq: platform.data.transports["sqs"] };
  const flipped = await client.run(requestFor(SCALED, platform, observed));
  expect(fatalOf(flipped)).toContain("ASYA-E043 spec.transport");
});

test("a platform edit that would make a queue vanish is refused", async () => {
  const observed = asObserved(await client.run(requestFor(SCALED, PLATFORM)));
  const platform = structuredClone(PLATFORM) as { data: { transports: { rabbitmq: { config: Fields } } } };
  platform.data.transports.rabbitmq.config["queues"] = { dlq: { enabled: false } };
  const response = await client.run(requestFor(SCALED, platform, observed));
  expect(fatalOf(response)).toContain("ASYA-E046 spec.transport: rabbitmq-dlq");
});
