import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { freshBundle, OBSERVER, type Program, SIDECAR } from "../../scripts/build.ts";
import type { Place } from "./place.ts";
import { tell } from "./story.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** n.b. The node of ../shared/cluster knows no registry: images are made from our Dockerfiles on its own base image. */
export async function makeImages({ shared, sidecarImage, observerImage }: Place): Promise<void> {
  if (shared === undefined) return;
  execFileSync(join(shared, "base-image"), { stdio: ["ignore", "ignore", "inherit"] });
  if (sidecarImage === undefined) await makeImage(shared, SIDECAR);
  if (observerImage === undefined) await makeImage(shared, OBSERVER);
}

async function makeImage(shared: string, program: Program): Promise<void> {
  const bundle = await freshBundle(program);
  const dockerfile = readFileSync(join(ROOT, program.name, "Dockerfile"), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "asya-image-"));
  try {
    const file = join(folder, "Dockerfile");
    writeFileSync(file, dockerfile.replace(/^FROM .*$/m, "FROM localhost/base:1"));
    execFileSync(join(shared, "image"), [imageName(program), file, dirname(bundle)], { stdio: "ignore" });
    tell(`the image of ${program.name} is on the node`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function imageName({ name }: Program): string {
  return `localhost/asya-${name}:e2e`;
}
