import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tell } from "../story.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { Pair } from "../pair.ts";

const WORDS = "deployments that are frozen wait for the release manager";
let world: World;
let pair: Pair;
beforeAll(async () => {
  world = await World.open();
  pair = await Pair.at(world, "refused");
});
afterAll(async () => {
  lift();
  world.kubernetes.kubectl(["delete", "scaledobject", "by-hand", "--ignore-not-found"]);
  await world.remove("twice");
  await pair.remove();
  await world.close();
});

// n.b. As Kyverno, Gatekeeper and other webhooks answer.
describe("admission forbids an edit", () => {
  test("the policy's words stand in Synced, and nothing that runs is touched", async () => {
    const before = await pair.whatRuns();
    await forbid("Forbidden");
    freeze(20);
    const synced = await world.says(pair.steady, "Synced", "False", 120_000);
    tell(`Synced says: ${String(synced["message"])}`);
    expect(synced["message"]).toContain(WORDS);
    expect(await pair.whatRuns()).toEqual(before);
    await pair.work();
    tell("both have handled a message while the edit is refused");
    expect(await pair.whatRuns()).toEqual(before);
  });

  test("without the policy the edit arrives by itself", { timeout: 240_000 }, () => heals("20s"));
});

// n.b. As a ValidatingAdmissionPolicy answers, and the API server's own validation.
describe("admission calls an edit invalid", () => {
  test("Synced names the object, the status says where the policy's words stand, and nothing that runs is touched", async () => {
    const before = await pair.whatRuns();
    await forbid("Invalid");
    freeze(21);
    const synced = await world.says(pair.steady, "Synced", "False", 120_000);
    expect(synced["message"]).toBe("Unsynced resources: deployment");
    const message = await until(
      "the status says it",
      async () => String((await world.actor(pair.steady)).status?.["message"]),
      (text) => text.includes("refuses"),
    );
    tell(`status.message says: ${message}`);
    expect(message).toContain("the API server refuses the newest deployment: kubectl describe asyncactor");
    expect(world.kubernetes.kubectl(["describe", "asyncactor", pair.steady])).toContain(WORDS);
    expect(await pair.whatRuns()).toEqual(before);
  });

  test("without the policy the edit arrives by itself", { timeout: 240_000 }, () => heals("21s"));
});

describe("KEDA refuses a ScaledObject", () => {
  const name = "twice";
  const other = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", metadata: { name: "by-hand" } };
  const cron = { timezone: "Etc/UTC", start: "0 6 * * *", end: "0 20 * * *", desiredReplicas: "1" };

  test("where the Deployment has one already, KEDA's words stand in Synced", async () => {
    world.kubernetes.apply([
      { ...other, spec: { scaleTargetRef: { name }, triggers: [{ type: "cron", metadata: cron }] } },
    ]);
    world.commit(name);
    const synced = await world.says(name, "Synced", "False", 120_000);
    tell(`Synced says: ${String(synced["message"])}`);
    expect(synced["message"]).toMatch(/twice.* is already managed by the ScaledObject 'by-hand'/);
  });

  test("without the other one the actor is born by itself", { timeout: 240_000 }, async () => {
    world.kubernetes.kubectl(["delete", "scaledobject", other.metadata.name]);
    await world.says(name, "Synced", "True", 150_000);
    await world.reaches(name, "Napping", 60_000);
  });
});

function freeze(seconds: number): void {
  world.edit(pair.steady, { labels: { frozen: "yes" }, timeout: { processing: seconds } });
}

async function heals(timeout: string): Promise<void> {
  lift();
  await until(
    "the edit is there",
    () => pair.timeout(),
    (seen) => seen === timeout,
    150_000,
  );
  await world.says(pair.steady, "Synced", "True");
  world.kubernetes.kubectl(["rollout", "status", `deployment/${pair.steady}`, "--timeout=120s"]);
  await until(
    "it runs, and nothing is refused",
    async () => (await world.actor(pair.steady)).status?.["message"],
    (message) => message === "1 of 1 replicas are ready",
    90_000,
  );
}

async function forbid(reason: "Forbidden" | "Invalid"): Promise<void> {
  world.kubernetes.apply(policy(world.kubernetes.namespace, reason));
  await until("the policy holds", refuses, (refused) => refused);
  tell("an admission policy refuses what is frozen");
}

function lift(): void {
  const name = policyName(world.kubernetes.namespace);
  for (const kind of ["validatingadmissionpolicybinding", "validatingadmissionpolicy"])
    world.kubernetes.kubectl(["delete", kind, name, "--ignore-not-found"]);
}

function policyName(namespace: string): string {
  return `frozen-${namespace}`;
}

/** For this namespace only. */
function policy(namespace: string, reason: string): object[] {
  const kinds = { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] };
  const api = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: policyName(namespace) } };
  return [
    {
      ...api,
      kind: "ValidatingAdmissionPolicy",
      spec: {
        matchConstraints: { resourceRules: [{ ...kinds, resources: ["deployments"] }] },
        validations: [
          {
            expression:
              "!has(object.metadata.labels) || !('frozen' in object.metadata.labels) || object.metadata.labels['frozen'] != 'yes'",
            message: WORDS,
            reason,
          },
        ],
      },
    },
    {
      ...api,
      kind: "ValidatingAdmissionPolicyBinding",
      spec: {
        policyName: policyName(namespace),
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
      },
    },
  ];
}

/** n.b. A policy holds a moment after it was made. */
async function refuses(): Promise<boolean> {
  const { kubernetes } = world;
  const args = [
    "label",
    "deployment",
    pair.steady,
    "frozen=yes",
    "probe=yes",
    "--overwrite",
    "--dry-run=server",
  ];
  try {
    kubernetes.kubectl(args);
    return false;
  } catch (error) {
    if (String(error).includes(WORDS)) return true;
    throw error;
  }
}
