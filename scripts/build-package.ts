/** npm run build:package: the function as a Crossplane package, build/function-asyncactor.xpkg, without Docker. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { freshBundle, FUNCTION, type Program } from "./build.ts";
import { dockerArchive, layerOf, nodeFiles, textOf } from "./image.ts";
import packageJson from "../package.json" with { type: "json" };

const ROOT = resolve(import.meta.dirname, "..");
const FILE = join(ROOT, "build/function-asyncactor.xpkg");

/** Node (a layer that stays while the function changes), the function's one file and the package's description. */
export async function functionPackage(program: Program, version: string): Promise<Buffer> {
  const bundle = await freshBundle(program);
  const node = layerOf(nodeFiles());
  const runtime = layerOf({ "opt/asya/function.mjs": { copy: bundle } });
  const description = layerOf({
    "package.yaml": textOf(join(ROOT, "functions/asyncactor/package/crossplane.yaml")),
  });
  return dockerArchive(`function-asyncactor:${version}`, [node, runtime, description], {
    Entrypoint: ["/usr/local/bin/node", "/opt/asya/function.mjs"],
    User: "65532:65532",
    ExposedPorts: { "9443/tcp": {} },
    // By this label Crossplane's tools find the layer with the package's description.
    Labels: { [`io.crossplane.xpkg:${description.digest}`]: "base" },
  });
}

if (import.meta.main) {
  const version = `v${packageJson.version}`;
  console.log("packing Node, the function's bundle and the package's description ...");
  const archive = await functionPackage(FUNCTION, version);
  writeFileSync(FILE, archive);
  console.log(`build/function-asyncactor.xpkg  ${Math.round(archive.length / 1_000_000)} MB
push it where your cluster can pull it, for example:
  crossplane xpkg push --package-files=build/function-asyncactor.xpkg REGISTRY/asya/function-asyncactor:${version}
  skopeo copy docker-archive:build/function-asyncactor.xpkg docker://REGISTRY/asya/function-asyncactor:${version}`);
}
