import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { CLI, FUNCTION, KRM, OBSERVER, PLUGIN, SIDECAR } from "./build.ts";

const ROOT = resolve(import.meta.dirname, "..");
const dockerfiles = globSync(["*/Dockerfile", "functions/*/Dockerfile"], { cwd: ROOT }).toSorted();

test("function, plugin, sidecar, observer, KRM functions, command line and crew have an image, each with its own program in it", () => {
  expect(dockerfiles.map((path) => path.replace("/Dockerfile", ""))).toEqual(
    expect.arrayContaining([
      "argocd-plugin",
      "cli",
      "crew",
      "functions/asyncactor",
      "functions/krm",
      "observer",
      "sidecar",
    ]),
  );
  const copied = [FUNCTION, PLUGIN, SIDECAR, OBSERVER, KRM, CLI].map(({ name, entry }) =>
    finalStage(entry.replace("main.ts", "Dockerfile")).some(
      (line) => line.startsWith("COPY ") && line.includes(` ${name}.mjs `),
    ),
  );
  expect(copied).toEqual([true, true, true, true, true, true]);
});

test.each(dockerfiles)("%s needs no shell and does not run as root", (path) => {
  const lines = finalStage(path);
  expect(lines[0]).toMatch(/^FROM gcr\.io\/distroless\//);
  expect(lines.filter((line) => line.startsWith("RUN "))).toEqual([]);
  expect(lines.filter((line) => /^(ENTRYPOINT|CMD) [^[]/.test(line))).toEqual([]);
  // n.b. Kubernetes' runAsNonRoot cannot check a user that has a name.
  expect(lines.find((line) => line.startsWith("USER "))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
});

function finalStage(path: string): string[] {
  const lines = readFileSync(join(ROOT, path), "utf8").split("\n");
  return lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
}
