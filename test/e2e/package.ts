import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { functionPackage } from "../../scripts/build-package.ts";
import { FUNCTION } from "../../scripts/build.ts";
import type { Place } from "./place.ts";
import { tell } from "./story.ts";
import { NEXT_FUNCTION } from "./upgrade.ts";

// n.b. Both Crossplane and the node of ../shared/cluster pull from it over plain http.
const REGISTRY = "10.245.0.1:5055";

/**
 * The place with packages of today's function and of its next build, pushed where the cluster can pull them.
 *
 * @throws {Error} where there is no registry.
 */
export async function withPackages(place: Place): Promise<Place> {
  const answer = await fetch(`http://${REGISTRY}/v2/`).catch((cause: unknown) => {
    const help = "./down, then PACKAGES=1 ./up --with registry,node,rabbitmq,keda,crossplane";
    throw new Error(`E2E_PACKAGE needs the registry of ../shared/cluster at ${REGISTRY}: ${help}`, { cause });
  });
  if (!answer.ok) throw new Error(`the registry at ${REGISTRY} answers ${answer.status}`);
  // A tag of its own: the node has images of earlier runs by their names.
  const tag = `e2e-${Date.now().toString(36)}`;
  return {
    ...place,
    functionPackage: push(await functionPackage(FUNCTION, tag), tag),
    nextFunctionPackage: push(await functionPackage(NEXT_FUNCTION, `${tag}-next`), `${tag}-next`),
  };
}

function push(archive: Buffer, tag: string): string {
  const folder = mkdtempSync(join(tmpdir(), "asya-package-"));
  try {
    const file = join(folder, "function.xpkg");
    writeFileSync(file, archive);
    const image = `${REGISTRY}/asya/function-asyncactor:${tag}`;
    execFileSync(
      "skopeo",
      ["copy", "--quiet", "--dest-tls-verify=false", `docker-archive:${file}`, `docker://${image}`],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    tell(`${image} is in the registry`);
    return image;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
