/** npm run build:package: the function as a Crossplane package, build/function-asyncactor.xpkg, without Docker. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { freshBundle, FUNCTION } from "./build.ts";
import { dockerArchive, layerOf, nodeFiles, textOf } from "./image.ts";
import packageJson from "../package.json" with { type: "json" };

const ROOT = resolve(import.meta.dirname, "..");
const FILE = join(ROOT, "build/function-asyncactor.xpkg");

console.log("bundling the function ...");
const bundle = await freshBundle(FUNCTION);
console.log("packing Node, the bundle and the package's description ...");
const program = layerOf({ ...nodeFiles(), "opt/asya/function.mjs": { copy: bundle } });
const description = layerOf({
  "package.yaml": textOf(join(ROOT, "functions/asyncactor/package/crossplane.yaml")),
});
const archive = dockerArchive(`function-asyncactor:v${packageJson.version}`, [program, description], {
  Entrypoint: ["/usr/local/bin/node", "/opt/asya/function.mjs"],
  User: "65532:65532",
  ExposedPorts: { "9443/tcp": {} },
  // By this label Crossplane's tools find the layer with the package's description.
  Labels: { [`io.crossplane.xpkg:${description.digest}`]: "base" },
});
writeFileSync(FILE, archive);
console.log(`build/function-asyncactor.xpkg  ${Math.round(archive.length / 1_000_000)} MB
push it where your cluster can pull it, for example:
  crossplane xpkg push --package-files=build/function-asyncactor.xpkg REGISTRY/asya/function-asyncactor:v${packageJson.version}
  skopeo copy docker-archive:build/function-asyncactor.xpkg docker://REGISTRY/asya/function-asyncactor:v${packageJson.version}`);
