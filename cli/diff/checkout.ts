import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LIMITS } from "../../argocd-plugin/read/limits.ts";
import { firstLine, git, GitError } from "./git.ts";

/** One file of a commit's tree. */
interface TreeEntry {
  mode: "file" | "link";
  id: string;
  bytes: number;
  path: string;
}

const LINK_MODE = "120000";
const FILE_ENDING = /\.(ya?ml|json)$/;

/**
 * Writes the YAML and JSON that a commit has below `paths` into an empty folder, at the same paths; the work tree and the
 * index stay untouched, and no filter or attribute of the repository has a say.
 *
 * @param root - of the repository's work tree.
 * @param paths - from the root, with `/`; "" is all of it.
 * @returns the paths that the commit has.
 * @throws {GitError} for what git cannot give.
 */
export async function checkOut(
  root: string,
  commit: string,
  paths: readonly string[],
  folder: string,
): Promise<string[]> {
  const entries = await treeEntries(root, commit, paths);
  const contents = await blobs(root, entries.filter(isWithinLimits()));
  const inOrder = entries.toSorted((a, b) => Number(a.mode === "link") - Number(b.mode === "link"));
  for (const entry of inOrder) {
    const target = join(folder, entry.path);
    mkdirSync(dirname(target), { recursive: true });
    const content = contents.get(entry.id);
    // n.b. links come last: nothing is ever written through one.
    if (entry.mode === "link") symlinkSync((content ?? Buffer.alloc(0)).toString("utf8"), target);
    else writeFileSync(target, content ?? "", { flag: "wx" });
    // Too large to be read; its size is what the reader will name.
    if (content === undefined && entry.mode === "file") truncateSync(target, entry.bytes);
  }
  return paths.filter((path) => entries.some((entry) => isBelow(entry.path, path)));
}

async function treeEntries(root: string, commit: string, paths: readonly string[]): Promise<TreeEntry[]> {
  const wanted = paths.includes("") ? [] : ["--", ...paths];
  const { status, stdout, stderr } = await git(root, [
    "ls-tree",
    "-r",
    "-z",
    "--long",
    "--full-tree",
    commit,
    ...wanted,
  ]);
  if (status !== 0) throw new GitError(`git ls-tree ${commit} failed: ${firstLine(stderr)}`);
  return stdout
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "")
    .flatMap(parseEntry)
    .filter(({ mode, path }) => mode === "link" || FILE_ENDING.test(path));
}

/** `100644 blob 0a1b2c...     123<TAB>path`; a submodule is no file. */
function parseEntry(line: string): TreeEntry[] {
  const tab = line.indexOf("\t");
  const [mode = "", type = "", id = "", bytes = ""] = line.slice(0, tab).split(/ +/);
  const path = line.slice(tab + 1);
  if (type !== "blob" || !isOrdinary(path)) return [];
  return [{ mode: mode === LINK_MODE ? "link" : "file", id, bytes: Number(bytes), path }];
}

/** n.b. A tree made by hand may hold names that lead out of the folder. */
function isOrdinary(path: string): boolean {
  return path.split("/").every((step) => step !== "" && step !== "." && step !== ".." && step !== ".git");
}

/** What the reader would refuse for its size need not be fetched. */
function isWithinLimits(): (entry: TreeEntry) => boolean {
  let total = 0;
  return ({ bytes }) => {
    if (bytes > LIMITS.fileBytes || total + bytes > LIMITS.folderBytes) return false;
    total += bytes;
    return true;
  };
}

async function blobs(root: string, entries: readonly TreeEntry[]): Promise<Map<string, Buffer>> {
  const ids = [...new Set(entries.map(({ id }) => id))];
  if (ids.length === 0) return new Map();
  const { status, stdout, stderr } = await git(root, ["cat-file", "--batch"], `${ids.join("\n")}\n`);
  if (status !== 0) throw new GitError(`git cat-file failed: ${firstLine(stderr)}`);
  return parseBatch(stdout);
}

/** `ID blob SIZE<LF>CONTENT<LF>`, one after another. */
function parseBatch(output: Buffer): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf("\n", at);
    const [id = "", type = "", bytes = ""] = output.toString("utf8", at, end).split(" ");
    if (type !== "blob")
      throw new GitError(`git has no content for ${id} (${type}): git fetch it, or clone in full`);
    contents.set(id, output.subarray(end + 1, end + 1 + Number(bytes)));
    at = end + 1 + Number(bytes) + 1;
  }
  return contents;
}

function isBelow(file: string, path: string): boolean {
  return path === "" || file === path || file.startsWith(`${path}/`);
}
