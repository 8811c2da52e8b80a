import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";
import { type Finding, finding, quoteValue } from "../../core/finding.ts";
import type { Limits } from "./limits.ts";
import { tooManyEntries } from "./refusals.ts";

export interface FoundFile {
  /** Relative to the folder, with `/`, behind the prefix that was asked for. */
  file: string;
  path: string;
  bytes: number;
}

const ENDINGS = new Set([".yaml", ".yml", ".json"]);

/** The folder's YAML and JSON files in code-point order of their paths, links inside the folder followed. */
export function walkFolder(
  folder: string,
  limits: Limits,
  prefix = "",
): { files: FoundFile[]; findings: Finding[] } {
  const root = realPath(folder);
  if (root === undefined) return { files: [], findings: [notThere(folder)] };
  const found: Found = { root, files: [], findings: [], entries: 0, limits };
  const stats = statSync(root);
  if (stats.isFile()) found.files.push({ file: prefix + basename(folder), path: root, bytes: stats.size });
  else visitFolder(root, prefix, [root], found);
  // n.b. the default order is that of UTF-16 units, which differs from code points above U+FFFF; UTF-8 bytes do not.
  found.files.sort((a, b) => Buffer.compare(Buffer.from(a.file), Buffer.from(b.file)));
  return found;
}

/** undefined where there is nothing. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function notThere(folder: string): Finding {
  return finding("E017", [], `there is no file or folder ${quoteValue(folder)}`, "name one that exists");
}

interface Found {
  root: string;
  files: FoundFile[];
  findings: Finding[];
  entries: number;
  limits: Limits;
}

/** `chain` holds the real paths of the folder and its ancestors: a link to one of them would never end. */
function visitFolder(path: string, prefix: string, chain: readonly string[], found: Found): void {
  for (const entry of entriesOf(path, prefix, found)) {
    if (entry.name.startsWith(".")) continue;
    const file = prefix + entry.name;
    if (found.entries > found.limits.entries) return;
    if (++found.entries > found.limits.entries) found.findings.push(tooManyEntries(file, found.limits));
    if (entry.isSymbolicLink()) visitLink(join(path, entry.name), file, chain, found);
    else if (entry.isDirectory())
      visitFolder(join(path, entry.name), `${file}/`, [...chain, join(path, entry.name)], found);
    else if (entry.isFile() && ENDINGS.has(extname(entry.name))) addFile(join(path, entry.name), file, found);
  }
}

function entriesOf(path: string, prefix: string, found: Found): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    found.findings.push(unreadable(prefix === "" ? "." : prefix, error));
    return [];
  }
}

function addFile(path: string, file: string, found: Found): void {
  try {
    found.files.push({ file, path, bytes: statSync(path).size });
  } catch (error) {
    found.findings.push(unreadable(file, error));
  }
}

function visitLink(path: string, file: string, chain: readonly string[], found: Found): void {
  const ending = extname(file);
  let target: string;
  let stats: Stats;
  try {
    target = realpathSync(path);
    stats = statSync(target);
  } catch (error) {
    const reason =
      errorCode(error) === "ELOOP" ? "is a link that leads back to itself" : "is a link to nothing";
    // A link to nothing may be meant for a folder, unless its name says what it is.
    if (ending === "" || ENDINGS.has(ending)) found.findings.push(badLink(file, reason));
    return;
  }
  if (!stats.isDirectory() && !ENDINGS.has(ending)) return;
  const inside = relative(found.root, target);
  if (inside === ".." || inside.startsWith(`..${sep}`)) {
    found.findings.push(badLink(file, "is a link that leaves the folder"));
  } else if (stats.isDirectory() && chain.includes(target)) {
    found.findings.push(badLink(file, "is a link to a folder that it stands in"));
  } else if (stats.isDirectory()) {
    visitFolder(target, `${file}/`, [...chain, target], found);
  } else if (stats.isFile()) {
    found.files.push({ file, path: target, bytes: stats.size });
  }
}

function badLink(file: string, reason: string): Finding {
  return {
    ...finding("E005", [], reason, "put a copy of the file here, or remove the link"),
    file,
    line: 1,
    column: 1,
  };
}

export function unreadable(file: string, error: unknown): Finding {
  const code = errorCode(error);
  const message = `cannot be read (got ${quoteValue(code)})`;
  return { ...finding("E017", [], message, howToRead(file, code)), file, line: 1, column: 1 };
}

function howToRead(file: string, code: unknown): string {
  // n.b. Node.js puts this character for what is no UTF-8 in a name, and does not find the file under it.
  if (file.includes("\uFFFD")) return "give it a name in UTF-8";
  return code === "EACCES" || code === "EPERM" ? "correct its permissions" : "move it elsewhere";
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : String(error);
}
