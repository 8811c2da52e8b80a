import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runLua } from "./run-lua.ts";
import { argocdSettings } from "./settings.ts";

function health(kind: string, conditions: object[] | undefined, metadata: object = {}): Promise<unknown> {
  const script = argocdSettings()[`resource.customizations.health.${kind}`] ?? "";
  const status = conditions === undefined ? undefined : { conditions };
  return runLua(script, { obj: { metadata: { name: "a", generation: 2, ...metadata }, status } });
}

const SYNCED = { type: "Synced", status: "True", observedGeneration: 2 };

test.each([
  ["without a status", undefined, "Progressing"],
  ["being made", [SYNCED, { type: "Ready", status: "False", reason: "Creating" }], "Progressing"],
  ["ready", [SYNCED, { type: "Ready", status: "True" }], "Healthy"],
  [
    "ready as it was before the edit",
    [SYNCED, { type: "Ready", status: "True", observedGeneration: 1 }],
    "Progressing",
  ],
  ["refused", [{ type: "Synced", status: "False", reason: "ReconcileError", message: "no" }], "Degraded"],
  ["paused", [{ type: "Synced", status: "False", reason: "ReconcilePaused" }], "Suspended"],
  [
    "failed in the provider's background",
    [
      SYNCED,
      { type: "Ready", status: "True" },
      { type: "LastAsyncOperation", status: "False", message: "AccessDenied" },
    ],
    "Degraded",
  ],
] as const)("a queue at AWS %s is %s", async (_, conditions, status) => {
  expect(await health("sqs.aws.m.upbound.io_Queue", conditions as object[] | undefined)).toMatchObject({
    status,
  });
});

test.each([
  ["without a status", undefined, "Progressing"],
  ["idle", [{ type: "Ready", status: "True" }], "Healthy"],
  [
    "whose HPA is broken",
    [
      { type: "Ready", status: "True" },
      { type: "HPAActive", status: "False" },
    ],
    "Degraded",
  ],
  [
    "on its fallback",
    [
      { type: "Ready", status: "True" },
      { type: "Fallback", status: "True" },
    ],
    "Degraded",
  ],
  [
    "paused",
    [
      { type: "Ready", status: "True" },
      { type: "Paused", status: "True" },
    ],
    "Suspended",
  ],
  ["refused", [{ type: "Ready", status: "False", message: "no trigger" }], "Degraded"],
  ["whose trigger is not known yet", [{ type: "Ready", status: "Unknown" }], "Progressing"],
] as const)("a ScaledObject %s is %s", async (_, conditions, status) => {
  expect(await health("keda.sh_ScaledObject", conditions as object[] | undefined)).toMatchObject({ status });
});

test("scripts keep to what Lua 5.1 knows", () => {
  const newer = /\bgoto\b|\/\/|[^~]=?&|\|[^|]|<<|>>|\btable\.(?:pack|unpack|move)\b|\butf8\b|<const>/;
  for (const name of ["asya.sh_AsyncActor", "keda.sh_ScaledObject", "managed-resource"])
    expect(readFileSync(join(import.meta.dirname, "health", `${name}.lua`), "utf8")).not.toMatch(newer);
});
