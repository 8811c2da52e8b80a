import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** Files of an image by where they lie in it: a path on this machine, or the text itself. */
export type Files = Readonly<Record<string, { copy: string } | { text: string }>>;

export interface Layer {
  gzip: Buffer;
  digest: string;
  /** Of the layer before compression. */
  diffId: string;
}

/** The same files give the same bytes: sorted, root's, from 1970. */
export function layerOf(files: Files): Layer {
  const tar = tarOf(files);
  const gzip = gzipSync(tar, { level: 9 });
  return { gzip, digest: sha256(gzip), diffId: sha256(tar) };
}

export interface ImageConfig {
  Entrypoint: string[];
  User: string;
  Env?: string[];
  ExposedPorts?: Record<string, object>;
  Labels?: Record<string, string>;
}

/** An image as one file, as `docker save` writes it; docker, skopeo, crane, containerd and crossplane read it. */
export function dockerArchive(tag: string, layers: readonly Layer[], config: ImageConfig): Buffer {
  const description = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const names = layers.map(({ digest }) => `${digest.replace("sha256:", "")}.tar.gz`);
  const configName = `${sha256(Buffer.from(description)).replace("sha256:", "")}.json`;
  const folder = mkdtempSync(join(tmpdir(), "asya-archive-"));
  try {
    layers.forEach(({ gzip }, index) => writeFileSync(join(folder, names[index] ?? ""), gzip));
    return tarOf({
      "manifest.json": { text: JSON.stringify([{ Config: configName, RepoTags: [tag], Layers: names }]) },
      [configName]: { text: description },
      ...Object.fromEntries(names.map((name) => [name, { copy: join(folder, name) }])),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * This machine's Node and the libraries that it loads, where its loader looks for them: all that a bundle needs to run.
 *
 * @throws {Error} anywhere but on Linux.
 */
export function nodeFiles(): Files {
  if (process.platform !== "linux")
    throw new Error(`an image needs a Linux Node, this one is for ${process.platform}`);
  const libraries = execFileSync("ldd", [process.execPath], { encoding: "utf8" }).match(/\/\S+/g) ?? [];
  return {
    "usr/local/bin/node": { copy: process.execPath },
    ...Object.fromEntries(libraries.map((path) => [path.slice(1), { copy: path }])),
    "etc/passwd": { text: "root:x:0:0::/:\nasya:x:65532:65532::/tmp:\n" },
  };
}

/** As they lie in an image, readable by everyone. */
export function placeFiles(files: Files, folder: string): void {
  for (const [place, source] of Object.entries(files)) {
    const path = join(folder, place);
    mkdirSync(dirname(path), { recursive: true });
    if ("copy" in source) copyFileSync(source.copy, path);
    else writeFileSync(path, source.text);
  }
  execFileSync("chmod", ["-R", "u=rwX,go=rX", folder]);
}

function tarOf(files: Files): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "asya-layer-"));
  try {
    placeFiles(files, folder);
    const how = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=ustar"];
    return execFileSync("tar", [...how, "-C", folder, "-cf", "-", ...readdirSync(folder).toSorted()], {
      maxBuffer: 1024 ** 3,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The text of a file that goes into an image unchanged. */
export function textOf(path: string): { text: string } {
  return { text: readFileSync(path, "utf8") };
}
