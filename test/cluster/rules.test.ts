import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type RuleCase, ruleCases } from "../rule-cases.ts";
import { formatFinding } from "../../core/finding.ts";
import { checkRules } from "../../functions/asyncactor/compose/rules.ts";
import { checkActorSchema } from "../../functions/asyncactor/compose/schema.ts";
import { type Answer, ApiServer, findCluster, kubectl } from "./cluster.ts";
import { mutated, seededRandom } from "../mutations.ts";

const cluster = findCluster();

const read = (name: string): unknown => parse(readFileSync(join(import.meta.dirname, name), "utf8"));

/** Every field of the spec. */
const COMPLETE = read("complete-actor.yaml") as { spec: object };
const STATUS = read("complete-status.yaml") as object;

describe.skipIf(cluster === undefined)(
  "the API server gives an AsyncActor the verdict that stands in its file",
  () => {
    const namespace = `asya-rules-${randomBytes(4).toString("hex")}`;
    const actors = `/apis/asya.sh/v1alpha1/namespaces/${namespace}/asyncactors`;
    let api: ApiServer;

    beforeAll(async () => {
      if (cluster === undefined) return;
      kubectl(cluster, ["create", "namespace", namespace]);
      api = await ApiServer.open(cluster);
    }, 60_000);

    afterAll(() => {
      api?.close();
      if (cluster === undefined) return;
      kubectl(cluster, ["delete", "namespace", namespace, "--ignore-not-found"]);
    }, 60_000);

    test.each(ruleCases())("$title", async (ruleCase) => {
      const { status, message } = await (ruleCase.old === undefined
        ? create(ruleCase.object)
        : update(ruleCase));
      if (ruleCase.findings.length === 0)
        expect({ status, message }).toEqual({ status: expect.toBeOneOf([200, 201]), message: "" });
      else {
        expect([400, 422]).toContain(status);
        expect(message).toContain(ruleCase.server);
      }
    });

    test("500 random mutations of a complete actor are refused there exactly when they are refused offline", async () => {
      const random = seededRandom(20261125);
      for (let round = 0; round < 500; round++) {
        const actor = { ...COMPLETE, spec: mutated(COMPLETE.spec, random) };
        const offline = [...checkActorSchema(actor), ...checkRules(actor)].map(formatFinding);
        const { status, message } = await create(actor);
        const there = status === 201 ? "taken" : `refused: ${message}`;
        expect(
          there.startsWith("refused"),
          `${JSON.stringify(actor.spec)}\n${there}\n${offline.join("\n")}`,
        ).toBe(offline.length > 0);
      }
    }, 60_000);

    test("nothing of a status with every field is pruned", async () => {
      const created = await api.request(
        "POST",
        actors,
        pausedActor({ ...COMPLETE, metadata: { name: "status" } }),
      );
      expect(created.message).toBe("");
      const answer = await api.mergeStatus(`${actors}/status`, STATUS);
      expect(answer.message).toBe("");
      expect(answer.body["status"]).toMatchObject(STATUS);
      const table = kubectl(cluster ?? { environment: {} }, [
        "get",
        "asya",
        "status",
        "-n",
        namespace,
        "--no-headers",
      ]);
      expect(table).toMatch(/^status +Running +1 +0 +2 +2 +0 +50 +\S+ /);
    });

    function create(object: object) {
      return api.request("POST", `${actors}?dryRun=All&fieldValidation=Strict`, object);
    }

    async function update({ object, old }: RuleCase) {
      const created = await api.request("POST", `${actors}?fieldValidation=Strict`, pausedActor(old ?? {}));
      expect(created.status, created.message).toBe(201);
      const { name } = created.body["metadata"] as { name: string };
      try {
        return await replace(`${actors}/${name}`, object);
      } finally {
        await api.request("DELETE", `${actors}/${name}`);
      }
    }

    /** n.b. Crossplane writes a condition into the new object, so the first attempts may be answered 409. */
    async function replace(path: string, object: Record<string, unknown>): Promise<Answer> {
      for (let attempt = 1; ; attempt++) {
        const { body } = await api.request("GET", path);
        const { resourceVersion } = body["metadata"] as { resourceVersion: string };
        const wanted = pausedActor(object, { resourceVersion });
        const answer = await api.request("PUT", `${path}?dryRun=All&fieldValidation=Strict`, wanted);
        if (answer.status !== 409 || attempt === 10) return answer;
      }
    }
  },
);

/** Crossplane leaves a paused composite alone: no finalizer, no function call. */
function pausedActor(
  actor: Record<string, unknown>,
  more: Record<string, string> = {},
): Record<string, unknown> {
  const metadata = actor["metadata"] as Record<string, unknown>;
  return { ...actor, metadata: { ...metadata, ...more, annotations: { "crossplane.io/paused": "true" } } };
}
