import { readFileSync } from "node:fs";
import { type Finding, finding } from "../../core/finding.ts";
import { parseDocument } from "./document.ts";
import { type Limits, LIMITS } from "./limits.ts";
import { objectsIn } from "./objects.ts";
import type { Problem } from "./parsed.ts";
import { locate, sourceObject, type SourceObject } from "./source-object.ts";
import { type Chunk, splitDocuments } from "./split.ts";
import { decodeUtf8, type Position, positionsIn } from "./text.ts";
import { type FoundFile, unreadable, walkFolder } from "./walk.ts";

export interface FolderContent {
  objects: SourceObject[];
  findings: Finding[];
  /** How many files were looked at. */
  files: number;
}

/** Every Kubernetes object below `path`, and everything that keeps the folder from being read; it never throws for it. */
export async function readFolder(path: string, limits: Limits = LIMITS): Promise<FolderContent> {
  const { files, findings } = walkFolder(path);
  const reading: Reading = { limits, expansion: limits.expansion, objects: [], findings: [...findings] };
  let bytes = 0;
  for (const file of files) {
    bytes += file.bytes;
    const tooLarge = sizeFinding(file, bytes, limits);
    if (tooLarge !== undefined) reading.findings.push(tooLarge);
    else await readFile(file, reading);
    if (bytes > limits.folderBytes) break;
  }
  if (reading.objects.length === 0 && reading.findings.length === 0)
    reading.findings.push(emptyFolder(files.length));
  return { objects: reading.objects, findings: reading.findings, files: files.length };
}

interface Reading {
  limits: Limits;
  /** What aliases may still add. */
  expansion: number;
  objects: SourceObject[];
  findings: Finding[];
}

async function readFile({ file, path }: FoundFile, reading: Reading): Promise<void> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    reading.findings.push(unreadable(file, error));
    return;
  }
  const decoded = decodeUtf8(bytes);
  if ("invalid" in decoded) {
    const message = `the byte 0x${decoded.byte.toString(16).padStart(2, "0")} is no UTF-8 text`;
    reading.findings.push(
      place(finding("E006", [], message, "save the file as UTF-8"), file, decoded.invalid),
    );
    return;
  }
  for (const chunk of splitDocuments(decoded.text)) {
    if (reading.findings.length >= reading.limits.findings) return;
    await readDocument(file, chunk, reading);
  }
}

async function readDocument(file: string, chunk: Chunk, reading: Reading): Promise<void> {
  const { limits } = reading;
  const parsed = await parseDocument(chunk.text, limits, reading.expansion);
  if (parsed.kind === "empty") return;
  const position = positionsIn(chunk.text, chunk.firstLine);
  reading.findings.push(...parsed.problems.map((problem) => placeProblem(problem, file, position)));
  if (parsed.kind === "broken") return;
  reading.expansion -= parsed.expansion;
  const { objects, findings } = objectsIn(parsed.value);
  for (const each of findings) {
    reading.findings.push(place(each, file, locate({ file, chunk, base: [], limits }, each.path, "value")));
  }
  for (const { object, base } of objects) {
    reading.objects.push(sourceObject(object, { file, chunk, base, limits }));
  }
}

function placeProblem(
  { code, message, fix, offset }: Problem,
  file: string,
  position: (offset: number) => Position,
) {
  return place(finding(code, [], message, fix), file, position(offset));
}

function place(of: Finding, file: string, { line, column }: Position): Finding {
  return { ...of, file, line, column };
}

function sizeFinding({ file, bytes }: FoundFile, folderBytes: number, limits: Limits): Finding | undefined {
  const start = { line: 1, column: 1 };
  if (bytes > limits.fileBytes) {
    const message = `a file of ${megabytes(bytes)} is over the limit of ${megabytes(limits.fileBytes)}`;
    return place(finding("E003", [], message, "split it, or keep it outside of this folder"), file, start);
  }
  if (folderBytes > limits.folderBytes) {
    const message = `with this file the folder is over the limit of ${megabytes(limits.folderBytes)}`;
    return place(finding("E003", [], message, "make several Applications of it"), file, start);
  }
  return undefined;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function emptyFolder(files: number): Finding {
  const what =
    files === 0 ? "has no .yaml, .yml or .json file" : "has files, but no Kubernetes object in them";
  return {
    ...finding("E004", [], `the folder ${what}`, "correct the Application's path, or commit an object"),
    file: ".",
    line: 1,
    column: 1,
  };
}
