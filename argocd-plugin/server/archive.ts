import { createHash, type Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, realpath, symlink } from "node:fs/promises";
import { basename, dirname, extname, join, normalize, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { LIMITS } from "../read/limits.ts";

/** What a repository's archive may be: enough for any that Argo CD streams with its own exclusions. */
export interface ArchiveLimits {
  /** As received, packed. */
  packedBytes: number;
  /** Unpacked, files that are skipped among them. */
  unpackedBytes: number;
  /** Kept on disk: YAML and JSON. */
  keptBytes: number;
  entries: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  packedBytes: 256 * 2 ** 20,
  unpackedBytes: 2 ** 30,
  keptBytes: 2 * LIMITS.folderBytes,
  entries: LIMITS.entries,
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
}

const ENDINGS = new Set([".yaml", ".yml", ".json"]);

/**
 * Unpacks a tgz as it comes: YAML, JSON and links inside the archive go to a folder, the rest is skipped.
 *
 * @param folder - exists and is empty.
 * @throws {ArchiveError} that names the limit or the entry.
 */
export async function unpack(archive: Readable, folder: string, limits = ARCHIVE_LIMITS): Promise<Unpacked> {
  const checksum = createHash("sha256");
  const files: [path: string, hash: string][] = [];
  const links = new Map<string, string>();
  const counts = { packed: 0, unpacked: 0, kept: 0, entries: 0 };
  const entries = extract();
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      counts.packed += chunk.length;
      within("the archive", counts.packed, limits.packedBytes, "bytes");
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
      await mkdir(dirname(place), { recursive: true });
      counts.kept += entry.header.size;
      within("its YAML and JSON", counts.kept, limits.keptBytes, "bytes");
      const hash = createHash("sha256");
      // n.b. streamx 2's types do not say that its streams are iterable.
      const bytes = entry as unknown as AsyncIterable<Buffer>;
      await pipeline(hashed(bytes, hash), createWriteStream(place, { flags: "wx", mode: 0o600 }));
      files.push([entry.header.name, hash.digest("hex")]);
    }
  };
  await Promise.all([pipeline(archive, counted, createGunzip(), unpacked, entries), keep()]);
  await makeLinks(links, folder);
  const content = createHash("sha256").update(JSON.stringify(files.toSorted(byPath)));
  return { checksum: checksum.digest("hex"), content: content.digest("hex"), packedBytes: counts.packed };
}

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
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
    throw new ArchiveError(`the archive has an entry that leads out of it: ${JSON.stringify(name)}`);
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
