import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { Findings } from "../argocd-plugin/check/findings.ts";
import { declaredRoutes } from "../argocd-plugin/check/routes.ts";
import { readTools } from "../argocd-plugin/check/tools.ts";
import { generate } from "../argocd-plugin/generate.ts";
import { readFolder } from "../argocd-plugin/read/folder.ts";
import { LIMITS } from "../argocd-plugin/read/limits.ts";
import { formatFinding } from "../core/finding.ts";

/** Findings of a folder, notes on pods left out, and the routes that it declares. */
export async function checkedFolder(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "asya-routes-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { objects, findings } = await readFolder(folder);
    expect(findings).toEqual([]);
    // What findings stand at is read again from the files.
    for (const object of objects) object.locate([]);
    const all = new Findings({ kept: Infinity, notes: true });
    await generate(objects, all, { namespace: "images" });
    const tools = await readTools(objects, "images", LIMITS, new Findings({ kept: Infinity, notes: true }));
    const lines = all.kept.filter(({ code }) => code !== "I001").map(formatFinding);
    return { lines, routes: declaredRoutes(tools) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const linesOf = async (files: Readonly<Record<string, string>>) => (await checkedFolder(files)).lines;

export const actor = (
  name: string,
  { transport = "rabbitmq", sendTo = "" } = {},
) => `apiVersion: asya.sh/v1alpha1
kind: AsyncActor
metadata: {name: ${name}}
spec:
  transport: ${transport}
${sendTo === "" ? "" : `  access: {sendTo: ${sendTo}}\n`}  workload:
    template:
      spec:
        containers:
          - name: asya-runtime
            image: example.com/app:1
            env: [{name: ASYA_HANDLER, value: app.handler}]
`;

export const actors = (...names: string[]) => names.map((name) => actor(name)).join("---\n");

/** The file's first line is line 7 of the ConfigMap's, indented by 4. */
export const tools = (file: string, name = "tools") => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: {asya.sh/tools: "true"}
data:
  tools.yaml: |
${file.replaceAll(/^(?=.)/gm, "    ")}`;

export const PLATFORM = `apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata:
  name: asya-platform
data:
  sidecar: {image: "example.com/sidecar:1"}
  transports:
    rabbitmq:
      type: rabbitmq
      config:
        host: rabbitmq.example
        passwordSecretRef: {name: rabbitmq, key: password}
        connection: {secretName: rabbitmq}
`;
export const OTHER = PLATFORM.split("    rabbitmq:\n")[1] ?? "";
