import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { freshBundle, OBSERVER, type Program, SIDECAR } from "../../scripts/build.ts";
import { nodeFiles, placeFiles } from "../../scripts/image.ts";
import { cached, run } from "../conformance/servers/cache.ts";
import type { Place } from "./place.ts";
import { tell } from "./story.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const NODE_BASE = "localhost/asya-node:e2e";
const CREW_PACKAGES = "localhost/asya-crew-packages:e2e";

/** n.b. The node of ../shared/cluster knows no registry: images are made from our Dockerfiles on bases of its own. */
export async function makeImages({ shared, sidecarImage, observerImage }: Place): Promise<void> {
  if (shared === undefined) return;
  execFileSync(join(shared, "base-image"), { stdio: ["ignore", "ignore", "inherit"] });
  makeNodeBase(shared);
  if (sidecarImage === undefined) await makeImage(shared, SIDECAR);
  if (observerImage === undefined) await makeImage(shared, OBSERVER);
}

/** On the node; by another tag it is another image to the cluster. @returns its name. */
export async function makeImage(shared: string, program: Program, tag?: string): Promise<string> {
  const bundle = await freshBundle(program);
  const dockerfile = join(ROOT, dirname(program.entry), "Dockerfile");
  return build(shared, program.name, dockerfile, dirname(bundle), tag);
}

/** The image of the end actors; what its first stage installs is installed by this machine's pip. */
export async function makeCrewImage(shared: string): Promise<string> {
  const requirements = join(ROOT, "crew/requirements.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = await cached(`crew-packages-${hash}`, (unfinished) =>
    run(
      "python3",
      "-m",
      "pip",
      "install",
      "-q",
      "-r",
      requirements,
      "--target",
      join(unfinished, "packages"),
    ),
  );
  execFileSync(join(shared, "image"), [CREW_PACKAGES, folder], { stdio: "pipe" });
  return build(shared, "crew", join(ROOT, "crew/Dockerfile"), join(ROOT, "crew"));
}

export function imageName({ name }: Pick<Program, "name">, tag = "e2e"): string {
  return `localhost/asya-${name}:${tag}`;
}

/** Node, its libraries and nothing else: what needs a shell does not work on it. */
function makeNodeBase(shared: string): void {
  const folder = mkdtempSync(join(tmpdir(), "asya-node-"));
  try {
    placeFiles(nodeFiles(), folder);
    execFileSync(join(shared, "image"), [NODE_BASE, folder], { stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(shared: string, name: string, dockerfile: string, context: string, tag?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "asya-image-"));
  try {
    const file = join(folder, "Dockerfile");
    writeFileSync(file, onBasesOfTheNode(readFileSync(dockerfile, "utf8")));
    execFileSync(join(shared, "image"), [imageName({ name }, tag), file, context], { stdio: "pipe" });
    tell(`the image of ${name} is on the node`);
    return imageName({ name }, tag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function onBasesOfTheNode(dockerfile: string): string {
  return dockerfile
    .replace(/^FROM \S+ AS packages\n[^]*?(?=^FROM )/m, `FROM ${CREW_PACKAGES} AS packages\n`)
    .replace(/^FROM gcr\.io\/distroless\/nodejs\S+$/m, `FROM ${NODE_BASE}`)
    .replace(/^FROM gcr\.io\/distroless\/python\S+$/m, "FROM localhost/base:1");
}
