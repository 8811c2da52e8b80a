import { spawn } from "node:child_process";
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

/** What git refused, in words for whoever named the path or the revision. */
export class GitError extends Error {
  override name = "GitError";
}

/** Where a path lies in a repository's work tree. */
export interface PlaceInRepository {
  /** Real path of the work tree's root. */
  root: string;
  /** From the root, with `/`; "" is the root itself. */
  path: string;
}

/** The commit that is compared with. */
export interface Base {
  ref: string;
  commit: string;
  /** The commit is the last one that the branch and `ref` share, which is not `ref` itself. */
  isMergeBase: boolean;
}

/** @throws {GitError} where the path is in no repository, or git is not there. */
export async function placeInRepository(path: string): Promise<PlaceInRepository> {
  const place = realPlace(resolve(path));
  const folder = nearestFolder(place);
  const { status, stdout, stderr } = await git(folder, ["rev-parse", "--show-toplevel"]);
  if (status !== 0) throw new GitError(`${path} is in no git work tree: ${firstLine(stderr)}`);
  const root = realpathSync(text(stdout));
  return { root, path: relative(root, place).split(sep).join("/") };
}

/**
 * The commit that a branch's changes begin at: the last one shared with `ref`, as a pull request shows it; `ref` itself
 * where the two share none, or git does not know it (a shallow clone).
 *
 * @throws {GitError} for a `ref` that names no commit here.
 */
export async function resolveBase(root: string, ref: string): Promise<Base> {
  const found = await git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  if (found.status !== 0) throw new GitError(await unknownRef(root, ref));
  const commit = text(found.stdout);
  const shared = await git(root, ["merge-base", commit, "HEAD"]);
  const start = shared.status === 0 ? text(shared.stdout) : commit;
  return { ref, commit: start, isMergeBase: start !== commit };
}

async function unknownRef(root: string, ref: string): Promise<string> {
  const { stdout } = await git(root, ["rev-parse", "--is-shallow-repository"]);
  if (text(stdout) !== "true")
    return `--base ${JSON.stringify(ref)} names no commit of ${root}: name a branch, tag or commit (git branch --all, git log)`;
  const wanted = ref.replace(/^(refs\/remotes\/)?origin\//, "");
  return `--base ${JSON.stringify(ref)} is not in this shallow clone: git fetch --depth=1 origin ${wanted}, then --base FETCH_HEAD`;
}

interface GitAnswer {
  status: number;
  stdout: Buffer;
  stderr: string;
}

/** Runs git without touching the index or asking anybody; paths are taken as they are written. */
export function git(folder: string, args: readonly string[], input?: string): Promise<GitAnswer> {
  return new Promise((done, failed) => {
    const child = spawn("git", ["-C", folder, ...args], {
      stdio: "pipe",
      env: {
        ...process.env,
        GIT_OPTIONAL_LOCKS: "0",
        GIT_LITERAL_PATHSPECS: "1",
        GIT_TERMINAL_PROMPT: "0",
        LC_ALL: "C",
      },
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    // n.b. git may be gone before it has read everything; its exit status says why.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => failed(new GitError(`git cannot be started: ${error.message}`)));
    child.on("close", (status) =>
      done({
        status: status ?? 1,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(errors).toString("utf8"),
      }),
    );
    child.stdin.end(input);
  });
}

export function firstLine(words: string): string {
  return words.trim().split("\n", 1)[0] ?? "";
}

function text(bytes: Buffer): string {
  return bytes.toString("utf8").trim();
}

/** The real path of what exists, and the rest as it was written: a folder may be there in the base only. */
function realPlace(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPlace(parent), basename(path));
}

function nearestFolder(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true ? path : nearestFolder(dirname(path));
}
