import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatFinding } from "../../core/finding.ts";
import { generate } from "../generate.ts";
import { readFolder } from "../read/folder.ts";
import { LIMITS } from "../read/limits.ts";
import { Findings } from "./findings.ts";
import { declaredRoutes } from "./routes.ts";
import { readTools } from "./tools.ts";

async function read(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "asya-routes-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { objects, findings } = await readFolder(folder);
    expect(findings).toEqual([]);
    // What findings stand at is read again from the files.
    for (const object of objects) object.locate([]);
    const all = new Findings({ kept: Infinity, notes: true });
    await generate(objects, all, { namespace: "images" });
    const tools = await readTools(
      objects,
      "images",
      LIMITS,
      new Findings({ kept: Infinity, notes: true }),
    );
    return { lines: all.kept.map(formatFinding), routes: declaredRoutes(tools) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const linesOf = async (files: Readonly<Record<string, string>>) =>
  (await read(files)).lines.filter((line) => !line.includes("ASYA-I001"));

const actor = (name: string, { transport = "rabbitmq", sendTo = "" } = {}) => `apiVersion: asya.sh/v1alpha1
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

const actors = (...names: string[]) => names.map((name) => actor(name)).join("---\n");

/** The file's first line is line 7 of the ConfigMap's, indented by 4. */
const tools = (file: string, name = "tools") => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: {asya.sh/tools: "true"}
data:
  tools.yaml: |
${file.replaceAll(/^(?=.)/gm, "    ")}`;

const COMPLETE = `# what 0.1's gateway reads
defaults: {progress: true, timeout: 600}
routes:
  pages: [split, read, store]
tools:
  - name: scan
    description: Reads a document
    parameters:
      document: {type: string, required: true, description: Where it lies}
      format: {type: string, options: [pdf, png, 1], default: pdf}
      areas: {type: array, items: {type: object, properties: {x: {type: integer}}}}
    route: pages
    metadata: {team: scans, priority: 1}
  - name: count
    route: [split]
    progress: false
    timeout: 0
`;

test("a file of tools as 0.1's gateway reads it has no finding, and declares its routes once each", async () => {
  const files = { "a.yaml": actors("split", "read", "store"), "t.yaml": tools(COMPLETE) };
  const { lines, routes } = await read(files);
  expect(lines.filter((line) => !line.includes("ASYA-I001"))).toEqual([]);
  expect(routes.map(({ namespace, name, actors: steps }) => [namespace, name, steps])).toEqual([
    ["images", "pages", ["split", "read", "store"]],
    ["images", "count", ["split"]],
  ]);
});
