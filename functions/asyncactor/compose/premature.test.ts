import { expect, test } from "vitest";
import type { Observed } from "../../../core/manifest.ts";
import { readYaml } from "../../../test/requests.ts";
import { compose } from "./compose.ts";

const PLATFORM = readYaml("examples/gpu-inference/platform.yaml")["data"];
const READY: Observed = { status: { conditions: [{ type: "Ready", status: "True" }] } };
const FIRST = ["sqs-dlq", "iam-role"];
const SECOND = ["sqs-queue", "iam-policy"];

function keys(metadata: object, observed: Record<string, Observed> = {}): string[] {
  const containers = [{ name: "asya-runtime", image: "a:1" }];
  const composed = compose({
    actor: {
      apiVersion: "asya.sh/v1alpha1",
      kind: "AsyncActor",
      metadata: { name: "a", namespace: "ml", ...metadata },
      spec: { transport: "sqs", workload: { template: { spec: { containers } } } },
    },
    world: { platform: PLATFORM, flavors: {} },
    observed,
    existing: { workload: undefined, scaledObject: undefined },
    podSchema: null,
    now: new Date("2026-01-01T00:00:00Z"),
  });
  expect(composed.fatal).toBe(false);
  return Object.keys(composed.objects).filter((key) => [...FIRST, ...SECOND].includes(key));
}

test("a new actor's queue joins after its dead-letter queue, its policy after its role", () => {
  const uid = "uid-1";
  expect(keys({ uid }).sort()).toEqual(FIRST.toSorted());
  expect(keys({ uid }, { "sqs-dlq": READY }).sort()).toEqual([...FIRST, "sqs-queue"].sort());
  expect(keys({ uid }, { "sqs-dlq": READY, "iam-role": READY }).sort()).toEqual([...FIRST, ...SECOND].sort());
});

test("what exists stays, whatever becomes of what it waited for", () => {
  const observed = { "sqs-queue": READY, "iam-policy": READY };
  expect(keys({ uid: "uid-1" }, observed)).toEqual(expect.arrayContaining(SECOND));
});

test("an actor that lies in Git only is shown whole", () => {
  expect(keys({})).toEqual(expect.arrayContaining([...FIRST, ...SECOND]));
});
