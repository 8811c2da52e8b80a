import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { composeOffline } from "../../cli/crossplane.ts";
import { renderedActor } from "../../cli/rendered.ts";
import type { Manifest } from "../../core/manifest.ts";
import { runFunction } from "../../functions/asyncactor/run-function.ts";
import { readYaml } from "../requests.ts";

const SEED = resolve(import.meta.dirname, "../../../shared/seed-README.md");

test("Asya 0.1's own example renders as it stands in its README", async ({ skip }) => {
  if (!existsSync(SEED)) {
    expect(process.env["CI"], `${SEED} is not there`).toBeUndefined();
    skip(`${SEED} is not there`);
  }
  const yaml = /```yaml\n(apiVersion: asya\.sh\/v1alpha1\nkind: AsyncActor[^]*?)```/.exec(
    readFileSync(SEED, "utf8"),
  )?.[1];
  const actor = parse(yaml ?? "") as Record<string, unknown>;
  const platform = readYaml("examples/gpu-inference/platform.yaml") as unknown as Manifest;
  const response = await composeOffline(async (request) => runFunction(request), actor, [platform]);
  const { objects } = renderedActor(actor, response);
  expect(objects["sqs-queue"]).toMatchObject({ spec: { forProvider: { name: "asya-text-classifier" } } });
  expect(objects["scaled-object"]).toMatchObject({ spec: { minReplicaCount: 0, maxReplicaCount: 100 } });
  expect(objects["deployment"]).toMatchObject({
    metadata: { name: "text-classifier", namespace: "default" },
    spec: {
      replicas: 0,
      template: {
        spec: {
          containers: [
            {
              name: "asya-runtime",
              image: "my-classifier:latest",
              command: ["python3", "/opt/asya/asya_runtime.py"],
              resources: { limits: { "nvidia.com/gpu": 1 } },
            },
            { name: "asya-sidecar" },
          ],
        },
      },
    },
  });
});
