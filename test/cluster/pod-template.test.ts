import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatFinding } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { Schema } from "../../core/schema.ts";
import {
  checkPodTemplate,
  checkPodTemplateAgainstCluster,
} from "../../functions/asyncactor/compose/pod-template-schema.ts";
import { ApiServer, findCluster } from "./cluster.ts";
import { mutated, seededRandom } from "../mutations.ts";
import { POD_CASES } from "../pod-cases.ts";

const cluster = findCluster();
const ROUNDS = 500;
const TEMPLATE: unknown = parse(
  readFileSync(join(import.meta.dirname, "complete-pod-template.yaml"), "utf8"),
);

/** Server-side apply answers 500 to each of them, whereupon Crossplane stops half-way; to others it may answer 422. */
const FATAL_CODES = ["E018", "E030", "E031"];

describe.skipIf(cluster === undefined)("a pod template", () => {
  let api: ApiServer;
  let deployment: Schema;

  beforeAll(async () => {
    if (cluster === undefined) return;
    api = await ApiServer.open(cluster);
    const { body } = await api.request("GET", "/openapi/v3/apis/apps/v1");
    const { schemas } = body["components"] as { schemas: Record<string, Schema> };
    deployment = inlined(schemas["io.k8s.api.apps.v1.Deployment"] ?? {}, schemas);
  });

  afterAll(() => api?.close());

  /** Whether server-side apply fails before it gets to values, and its words. */
  async function apply(template: unknown): Promise<{ fatal: boolean; message: string }> {
    const { status, message } = await api.apply(
      "/apis/apps/v1/namespaces/default/deployments/asya-pod-template",
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "asya-pod-template" },
        spec: { selector: { matchLabels: { app: "a" } }, template },
      },
    );
    return { fatal: status === 500, message };
  }

  test("with everything that a user may want is taken", async () => {
    expect(await apply(TEMPLATE)).toEqual({ fatal: false, message: "" });
    expect(checkPodTemplate(TEMPLATE, []).findings).toEqual([]);
    expect(checkPodTemplateAgainstCluster(deployment, TEMPLATE, [])).toEqual([]);
  });

  test.each([
    ["the cluster's schema", (template: unknown) => checkPodTemplateAgainstCluster(deployment, template, [])],
    ["the bundled schema", (template: unknown) => checkPodTemplate(template, []).findings],
  ])(
    `with one of ${ROUNDS} random mutations makes server-side apply fail only where %s finds it`,
    async (_, check) => {
      const random = seededRandom(1);
      for (let round = 0; round < ROUNDS; round++) {
        const template = mutated(TEMPLATE, random);
        const findings = check(template);
        const { fatal, message } = await apply(template);
        const story = `${JSON.stringify(template)}\n${message}\n${findings.map(formatFinding).join("\n")}`;
        if (fatal) expect(findings, story).not.toEqual([]);
        if (findings.some(({ code }) => FATAL_CODES.includes(code))) expect(fatal, story).toBe(true);
      }
    },
    60_000,
  );
});

describe.skipIf(cluster === undefined)("what our rules say about a pod, the API server says too", () => {
  let api: ApiServer;

  beforeAll(async () => {
    if (cluster !== undefined) api = await ApiServer.open(cluster);
  });

  afterAll(() => api?.close());

  test.each(POD_CASES)("with $title", async ({ pod, container, metadata, refused }) => {
    const labels = { app: "a", ...(metadata?.["labels"] as object | undefined) };
    const template = {
      metadata: { ...metadata, labels },
      spec: { ...pod, containers: [{ name: "asya-runtime", image: "i:1", ...container }] },
    };
    const { status } = await api.apply("/apis/apps/v1/namespaces/default/deployments/asya-pod-rules", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "asya-pod-rules" },
      spec: { selector: { matchLabels: { app: "a" } }, template },
    });
    expect(status === 422).toBe(refused !== undefined);
  });
});

/** The schema with references replaced by what they refer to, as Crossplane answers to a required schema. */
function inlined(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) return inlined(schemas[reference.split("/").at(-1) ?? ""] ?? {}, schemas);
  const entries = Object.entries(schema).map(([keyword, value]: [string, unknown]): [string, unknown] => {
    if (keyword === "properties" && isObject(value)) {
      return [
        keyword,
        Object.fromEntries(
          Object.entries(value).map(([name, child]) => [name, inlined(child as Schema, schemas)]),
        ),
      ];
    }
    const isSchema = ["items", "additionalProperties"].includes(keyword) && isObject(value);
    return [keyword, isSchema ? inlined(value, schemas) : value];
  });
  return Object.fromEntries(entries) as Schema;
}
