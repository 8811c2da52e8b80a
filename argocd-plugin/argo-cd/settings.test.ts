import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { findProgram } from "../../test/real-program.ts";
import { runLua } from "./run-lua.ts";
import { argocdSettings, notificationSettings } from "./settings.ts";

const kustomize = findProgram("kustomize");

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

test.skipIf(kustomize === undefined)("the components add to an Argo CD and leave what it has", () => {
  const folder = mkdtempSync(join(tmpdir(), "asya-components-"));
  try {
    const components = ["kustomize", "kustomize-notifications"];
    for (const name of components)
      cpSync(join(import.meta.dirname, name), join(folder, name), { recursive: true });
    const base = ["argocd-cm", "argocd-notifications-cm"].map((name) =>
      JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { own: name } }),
    );
    writeFileSync(join(folder, "base.yaml"), base.join("\n---\n"));
    writeFileSync(
      join(folder, "kustomization.yaml"),
      JSON.stringify({ kind: "Kustomization", resources: ["base.yaml"], components }),
    );
    const built = execFileSync(kustomize ?? "", ["build", folder], { encoding: "utf8" });
    const data = parseAllDocuments(built).map((one) => (one.toJS() as { data: object }).data);
    expect(data).toEqual([
      { own: "argocd-cm", ...argocdSettings() },
      { own: "argocd-notifications-cm", ...notificationSettings() },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
