import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { mkdir, realpath, symlink } from "node:fs/promises";
import { basename, dirname, extname, join, normalize, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { quoteValue } from "../../core/finding.ts";
import { LIMITS } from "../read/limits.ts";
import { StreamError } from "./parts.ts";

/**
 * What a repository's archive may be, so that any is answered within seconds.
 * n.b. in parts of 1 KiB, as repo-server cuts it by default, 10 MiB come in a second.
 */
export interface ArchiveLimits {
  /** As received, packed. */
  packedBytes: number;
  /** Unpacked, files that are skipped among them. */
  unpackedBytes: number;
  /** Kept on disk: YAML and JSON. */
  keptBytes: number;
  entries: number;
  /** Kept on disk, of these entries. */
  files: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  packedBytes: 96 * 2 ** 20,
  unpackedBytes: 512 * 2 ** 20,
  keptBytes: 2 * LIMITS.folderBytes,
  entries: LIMITS.entries,
  files: 10_000,
};

export class ArchiveError extends Error {
  override name = "ArchiveError";
}

export interface Unpacked {
  /** SHA-256 of the archive, hexadecimal. */
  checksum: string;
  /** Of all files that were kept, by path and content: the same for two archives of the same commit. */
  content: string;
  packedBytes: number;
  /** Of YAML and JSON. */
  keptBytes: number;
}

const ENDINGS = new Set([".yaml", ".yml", ".json"]);

/** @throws {ArchiveError} before anything is received, where the announced size is no size or over the limit. */
export function checkAnnounced(bytes: number, limits = ARCHIVE_LIMITS): void {
  if (!(bytes > 0)) throw new ArchiveError(`the request announces an archive of ${bytes} bytes`);
  within("the archive", bytes, limits.packedBytes, "bytes");
}

/**
 * Unpacks a tgz as it comes: YAML, JSON and links inside the archive go to a folder, the rest is skipped.
 *
 * @param folder - exists and is empty.
 * @param announcedBytes - the archive's size as the request says it.
 * @throws {ArchiveError} that names the limit or the entry.
 */
export async function unpack(
  archive: Readable,
  folder: string,
  announcedBytes: number,
  limits = ARCHIVE_LIMITS,
): Promise<Unpacked> {
  const checksum = createHash("sha256");
  const files: [path: string, hash: string][] = [];
  const links = new Map<string, string>();
  const parents = new Set<string>();
  const counts = { packed: 0, unpacked: 0, kept: 0, entries: 0, files: 0 };
  let entryName: string | undefined;
  const entries = extract();
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      counts.packed += chunk.length;
      if (counts.packed > announcedBytes) throw new ArchiveError(otherSize("more than", announcedBytes));
      checksum.update(chunk);
      yield chunk;
    }
  };
  const unpacked = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      counts.unpacked += chunk.length;
      within("the unpacked archive", counts.unpacked, limits.unpackedBytes, "bytes");
      yield chunk;
    }
  };
  const keep = async () => {
    for await (const entry of entries) {
      entryName = entry.header.name;
      within("the archive", ++counts.entries, limits.entries, "entries");
      const place = placeOf(entry.header, folder);
      if (place === undefined) {
        entry.resume();
        continue;
      }
      if (entry.header.type === "symlink") {
        links.set(place, entry.header.linkname);
        files.push([entry.header.name, `-> ${entry.header.linkname}`]);
        entry.resume();
        continue;
      }
      within("the archive", ++counts.files, limits.files, "YAML and JSON files");
      counts.kept += entry.header.size;
      within("its YAML and JSON", counts.kept, limits.keptBytes, "bytes");
      const parent = dirname(place);
      if (!parents.has(parent)) mkdirSync(parent, { recursive: true });
      parents.add(parent);
      // n.b. streamx 2's types do not say that its streams are iterable.
      files.push([entry.header.name, await keepFile(entry as unknown as AsyncIterable<Buffer>, place)]);
    }
  };
  try {
    await Promise.all([pipeline(archive, counted, createGunzip(), unpacked, entries), keep()]);
  } catch (error) {
    throw named(error, entryName);
  }
  if (counts.packed !== announcedBytes) throw new ArchiveError(otherSize("fewer than", announcedBytes));
  await makeLinks(links, folder);
  const content = createHash("sha256").update(JSON.stringify(files.toSorted(byPath)));
  return {
    checksum: checksum.digest("hex"),
    content: content.digest("hex"),
    packedBytes: counts.packed,
    keptBytes: counts.kept,
  };
}

/** n.b. zlib's errors have a code that begins with Z_, the file system's a syscall, tar-stream's neither. */
function named(error: unknown, entryName: string | undefined): unknown {
  if (!(error instanceof Error) || error instanceof ArchiveError || error instanceof StreamError)
    return error;
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined && (code === "" || code.startsWith("Z_")))
    return new ArchiveError(`the archive is no tgz, or damaged: ${error.message}`, { cause: error });
  if (["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"].includes(code))
    return new ArchiveError(`the archive has an entry that no folder could have: ${quoteValue(entryName)}`, {
      cause: error,
    });
  return error;
}

function otherSize(than: string, announcedBytes: number): string {
  return `the archive was damaged on its way: ${than} the ${announcedBytes} bytes that were announced came`;
}

/**
 * Writes as it reads; without waiting, since a promise and a stream for each of thousands of small files take most of the time.
 *
 * @returns the content's SHA-256, hexadecimal.
 */
async function keepFile(chunks: AsyncIterable<Buffer>, place: string): Promise<string> {
  const hash = createHash("sha256");
  const file = openSync(place, "wx", 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      for (let written = 0; written < chunk.length; written += writeSync(file, chunk, written));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** After all files, so that none is written through a link; one that would stand outside, by way of another, is not made. */
async function makeLinks(links: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const root = await realpath(folder);
  for (const [place, target] of links) {
    await mkdir(dirname(place), { recursive: true }).catch(() => undefined);
    const parent = await realpath(dirname(place)).catch(() => undefined);
    if (parent === root || parent?.startsWith(root + sep) === true) await symlink(target, place);
  }
}

/** Where an entry is kept; undefined where it is not. */
function placeOf({ name, type, linkname }: Header, folder: string): string | undefined {
  if (type !== "file" && type !== "symlink") return undefined;
  const path = normalize(name);
  if (leadsOut(path))
    throw new ArchiveError(`the archive has an entry that leads out of it: ${quoteValue(name)}`);
  if (path.split(sep).includes(".git")) return undefined;
  if (type === "file")
    return ENDINGS.has(extname(path)) || basename(path) === "Kustomization" ? join(folder, path) : undefined;
  // One that leads out is as good as not there: the reader would refuse it anyway.
  return leadsOut(normalize(join(dirname(path), linkname))) || linkname.startsWith(sep)
    ? undefined
    : join(folder, path);
}

function leadsOut(path: string): boolean {
  return path.startsWith(sep) || path === ".." || path.startsWith(`..${sep}`);
}

function within(what: string, value: number, limit: number, unit: string): void {
  if (value > limit)
    throw new ArchiveError(
      `${what} has more than ${limit} ${unit} - exclude what no actor needs (reposerver.plugin.tar.exclusions)`,
    );
}

function byPath([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
