import { Capability, RunFunctionResponse, Severity } from "@crossplane-org/function-sdk-typescript";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isObject } from "../../core/json.ts";
import { readYaml, requestFor } from "../../test/requests.ts";
import { runFunction } from "./run-function.ts";

type Fields = Record<string, unknown>;

const NOW = new Date("2026-01-01T00:00:00Z");
const PLATFORM = readYaml("examples/quickstart/platform.yaml");
const EVERY_FIELD = readYaml("test/golden/every-field.yaml");
const ACTOR = readYaml("examples/quickstart/read-page.yaml");

/** A cluster's schema of a Deployment, as far as these actors go. */
const SCHEMA = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        template: {
          type: "object",
          properties: {
            spec: {
              type: "object",
              properties: {
                containers: {
                  type: "array",
                  items: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                },
                dnsPolicy: { type: "string" },
                hostIPC: { type: "boolean" },
                hostPID: { type: "boolean" },
                hostname: { type: "string" },
                nodeName: { type: "string" },
              },
            },
          },
        },
      },
    },
  },
};

/** The same value with the keys of every mapping in another order: so Go prints its maps. */
function reordered<T>(value: T, seed: number): T {
  if (Array.isArray(value)) return value.map((item: unknown) => reordered(item, seed)) as T;
  if (!isObject(value)) return value;
  const rank = (key: string) =>
    [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) * seed) % 9973, 7);
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries.map(([key, member]) => [key, reordered(member, seed)])) as T;
}

function withPod(actor: Fields, more: Fields): Fields {
  const changed = structuredClone(actor) as { spec: { workload: { template: { spec: Fields } } } };
  Object.assign(changed.spec.workload.template.spec, more);
  return changed;
}

function answer(actor: Fields, platform: Fields, observed: Record<string, Fields>, seed: number) {
  const request = requestFor(reordered(actor, seed), reordered(platform, seed), reordered(observed, seed));
  request.meta?.capabilities.push(Capability.CAPABILITY_REQUIRED_SCHEMAS);
  request.requiredSchemas = { deployment: { openapiV3: reordered(SCHEMA, seed) } };
  return runFunction(request, NOW);
}

const WITHOUT_QUEUES = structuredClone(PLATFORM) as {
  data: { transports: Record<string, { config: Fields }> };
};
WITHOUT_QUEUES.data.transports["rabbitmq"]!.config["queues"] = { autoCreate: false };

const OBSERVED = Object.fromEntries(
  Object.entries(answer(ACTOR, PLATFORM, {}, 1).desired?.resources ?? {}).map(([key, { resource }]) => [
    key,
    resource as Fields,
  ]),
);

const TWO_TRANSPORTS = structuredClone(PLATFORM) as { data: { transports: Record<string, unknown> } };
for (const name of ["a", "b", "c"])
  TWO_TRANSPORTS.data.transports[name] = TWO_TRANSPORTS.data.transports["rabbitmq"];

describe("Crossplane is Go: maps come in another order each time, and the answer must not follow", () => {
  const cases: [string, Fields, Fields, Record<string, Fields>, string][] = [
    ["an actor with every field", EVERY_FIELD, PLATFORM, {}, ""],
    ["an actor that runs", ACTOR, PLATFORM, OBSERVED, ""],
    [
      "unknown pod fields and a cluster's schema",
      withPod(ACTOR, { notAField: 1, norThis: 2, dns: 3 }),
      PLATFORM,
      {},
      "E030",
    ],
    [
      "unknown fields of the actor",
      { ...ACTOR, spec: { ...(ACTOR["spec"] as Fields), b: 1, a: 2, z: 3 } },
      PLATFORM,
      {},
      "E010",
    ],
    [
      "an unknown transport among several",
      { ...ACTOR, spec: { ...(ACTOR["spec"] as Fields), transport: "x" } },
      TWO_TRANSPORTS,
      {},
      "E022",
    ],
    [
      "a platform with several mistakes",
      ACTOR,
      { ...PLATFORM, data: { b: 1, a: 2, sidecar: { z: 1, y: 2 } } },
      OBSERVED,
      "E021",
    ],
    ["queues that the platform no longer renders", ACTOR, WITHOUT_QUEUES, OBSERVED, "E046"],
  ];

  test.each(cases)("%s", (_, actor, platform, observed, code) => {
    const first = answer(actor, platform, observed, 1);
    const fatal = first.results.find(({ severity }) => severity === Severity.SEVERITY_FATAL)?.message ?? "";
    expect(fatal.includes("ASYA-E")).toBe(code !== "");
    expect(fatal).toContain(code);
    const bytes = Buffer.from(RunFunctionResponse.encode(first).finish()).toString("base64");
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9_000 }), (seed) => {
        const again = RunFunctionResponse.encode(answer(actor, platform, observed, seed)).finish();
        expect(Buffer.from(again).toString("base64")).toBe(bytes);
      }),
      { numRuns: 30 },
    );
  });
});
