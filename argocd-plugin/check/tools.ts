import { type FieldPath, type Finding, finding, quoteValue } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import { TOOLS_LABEL } from "../../core/names.ts";
import { checkSchema } from "../../core/schema-check.ts";
import { VIOLATION_CODES } from "../../functions/asyncactor/compose/schema.ts";
import { parseDocument } from "../read/document.ts";
import type { Limits } from "../read/limits.ts";
import { mebibytes } from "../read/refusals.ts";
import type { SourceObject } from "../read/source-object.ts";
import { splitDocuments } from "../read/split.ts";
import type { Findings } from "./findings.ts";
import { placedAt } from "./placed.ts";
import { type ToolsContent, ToolsFile } from "./tools-file.ts";
import { TOOLS_SCHEMA } from "./tools-schema.ts";

/** A file of tools that the gateway can read. */
export interface ReadTools {
  file: ToolsFile;
  content: ToolsContent;
}

/** n.b. the API server refuses a ConfigMap whose data take more. */
const CONFIG_MAP_BYTES = 2 ** 20;

/**
 * The files of tools in a folder's ConfigMaps, those left out that have an error.
 *
 * @param namespace - of objects that name none.
 */
export async function readTools(
  objects: readonly SourceObject[],
  namespace: string | undefined,
  limits: Limits,
  findings: Findings,
): Promise<ReadTools[]> {
  const read: ReadTools[] = [];
  let bytes = 0;
  for (const source of objects) {
    if (source.kind !== "ConfigMap" || source.apiVersion !== "v1" || !source.json.includes(TOOLS_LABEL))
      continue;
    const manifest = source.read();
    const label: unknown = manifest.metadata.labels?.[TOOLS_LABEL];
    if (label === undefined || label === "false") continue;
    if (label !== "true") {
      findings.add([otherLabel(label)], placedAt(source));
      continue;
    }
    const texts = textsOf(manifest, source, findings);
    const size = texts.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
    bytes += size;
    if (size > CONFIG_MAP_BYTES || bytes > limits.toolsBytes) {
      findings.add([tooLarge(size, limits)], placedAt(source));
      continue;
    }
    for (const [key, text] of texts) {
      const file = new ToolsFile(source, source.namespace ?? namespace, { key, text, limits });
      const content = await contentOf(file, limits, findings);
      if (content !== undefined) read.push({ file, content });
    }
  }
  return read;
}

/** The keys that the gateway reads. */
function textsOf(
  manifest: Manifest,
  source: SourceObject,
  findings: Findings,
): [key: string, text: string][] {
  const data = isObject(manifest["data"]) ? manifest["data"] : {};
  const texts: [string, string][] = [];
  for (const [key, text] of Object.entries(data)) {
    const path: FieldPath = ["data", key];
    if (!key.endsWith(".yaml")) findings.add([otherKey(key, path)], placedAt(source));
    else if (typeof text === "string") texts.push([key, text]);
    else if (text !== null)
      findings.add(
        [finding("E011", path, "must be text", "begin it with | and indent the file under it")],
        placedAt(source),
      );
  }
  if (texts.length === 0)
    findings.add(
      [
        finding(
          "W003",
          ["data"],
          `has the label ${TOOLS_LABEL}, and no key that ends in .yaml`,
          "put the tools under a key such as tools.yaml",
        ),
      ],
      placedAt(source),
    );
  return texts;
}

async function contentOf(
  file: ToolsFile,
  limits: Limits,
  findings: Findings,
): Promise<ToolsContent | undefined> {
  const parsed = await parseDocument(file.text, limits, limits.expansion);
  const problems = parsed.kind === "empty" ? [] : parsed.problems;
  for (const { code, message, fix, offset } of problems)
    findings.add([finding(code, [], message, fix)], (one) => file.placedAtOffset(one, offset));
  if (parsed.kind === "broken" || problems.length > 0) return undefined;
  const second = [...splitDocuments(file.text)].filter(({ text }) => /^[^#\s-]/m.test(text))[1];
  if (second !== undefined) {
    const message = "a file of tools is one document: the gateway reads no other";
    const of = finding("E001", [], message, "give each its own key");
    findings.add([of], (one) => file.placedAtOffset(one, second.start));
    return undefined;
  }
  const value = parsed.kind === "empty" ? {} : parsed.value;
  const { violations } = checkSchema(TOOLS_SCHEMA, value, []);
  for (const { kind, path, message, fix } of violations)
    findings.add([finding(VIOLATION_CODES[kind], path, message, fix)], (one) =>
      file.placed(one, kind === "unknown" ? "key" : "value"),
    );
  // The cast is earned: the schema holds.
  return violations.length === 0 ? (value as ToolsContent) : undefined;
}

function otherLabel(label: unknown): Finding {
  const message = `only "true" makes tools of a ConfigMap (got ${quoteValue(label)})`;
  return finding("W003", ["metadata", "labels", TOOLS_LABEL], message, 'write "true", or remove the label');
}

function otherKey(key: string, path: FieldPath): Finding {
  const message = "is not read: only keys that end in .yaml are files of tools";
  const fix = key.endsWith(".yml") ? `rename it to ${key.slice(0, -4)}.yaml` : "rename or remove it";
  return finding("W003", path, message, fix);
}

function tooLarge(size: number, limits: Limits): Finding {
  const message =
    size > CONFIG_MAP_BYTES
      ? `its tools take ${mebibytes(size)}, and a ConfigMap at most ${mebibytes(CONFIG_MAP_BYTES)}`
      : `with this one, tools take more than ${mebibytes(limits.toolsBytes)}`;
  return finding("E003", ["data"], message, "make several ConfigMaps or Applications of it");
}
