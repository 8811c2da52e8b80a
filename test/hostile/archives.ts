import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { type Header, pack } from "tar-stream";

export const OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

export interface Entry {
  header: Partial<Header> & { name: string };
  text?: string;
}

const MEBIBYTE = 2 ** 20;

export async function archiveOf(entries: Iterable<Entry>): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar.pipe(createGzip({ level: 1 })));
  for (const { header, text = "" } of entries) tar.entry(header, text);
  tar.finalize();
  return await packed;
}

/** An object, and a file of zeros that no actor needs: some thousandth of its size. */
export async function archiveWithZeros(bytes: number): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar.pipe(createGzip({ level: 1 })));
  const zeros = Buffer.alloc(MEBIBYTE);
  tar.entry({ name: "a.yaml" }, OBJECT);
  const junk = tar.entry({ name: "model.safetensors", size: bytes });
  for (let left = bytes; left > 0; left -= zeros.length) {
    if (!junk.write(zeros.subarray(0, Math.min(left, zeros.length))))
      await new Promise<void>((resolve) => junk.once("drain", () => resolve()));
  }
  junk.end(null);
  tar.finalize();
  return await packed;
}

/** Parts of `bytes` that nobody can pack, as repo-server cuts them; they are produced, not kept. */
export function* noise(bytes: number): Generator<Buffer> {
  const piece = randomBytes(MEBIBYTE);
  for (let sent = 0; sent < bytes; sent += 1_024) {
    const from = sent % piece.length;
    yield piece.subarray(from, from + Math.min(1_024, bytes - sent));
  }
}
