import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { renderFolder, yamlDocument } from "../cli/commands/render.ts";
import type { RenderedActor } from "../cli/rendered.ts";
import { actorTree } from "../cli/tree.ts";
import { crdValidator } from "./crds.ts";

const EXAMPLES = resolve(import.meta.dirname, "../examples");
const names = readdirSync(EXAMPLES).filter((name) => name !== "mistakes" && !name.includes("."));
const validator = crdValidator();

test("there are examples", () => {
  expect(names.length).toBeGreaterThan(8);
});

test.each(names)("examples/%s becomes what its expected.md says", async (name) => {
  const { actors } = await renderFolder(join(EXAMPLES, name));
  await expect(page(name, actors)).toMatchFileSnapshot(join(EXAMPLES, name, "expected.md"));
});

test("every object of every example is valid for its CRD or Kubernetes' own schema", async ({ skip }) => {
  if (validator === undefined) {
    expect(process.env["CI"], "../shared/crds is not there").toBeUndefined();
    skip("../shared/crds is not there");
    return;
  }
  for (const name of names) {
    const { actors } = await renderFolder(join(EXAMPLES, name));
    const manifests = actors.flatMap(({ objects }) => Object.values(objects));
    expect(manifests.length).toBeGreaterThan(3);
    for (const manifest of manifests) {
      expect(validator.violations(manifest), `${name}: ${manifest.kind} ${manifest.metadata.name}`).toEqual(
        [],
      );
    }
  }
});

/** A picture and the objects of each actor, as people read them on a web page. */
function page(name: string, actors: readonly RenderedActor[]): string {
  const parts = actors.flatMap((actor) => [
    `## ${actor.name}\n`,
    `\`\`\`\n${actorTree(actor)}\n\`\`\`\n`,
    ...actor.warnings.map((warning) => `> ${warning}\n`),
    ...Object.entries(actor.objects).map(
      ([key, manifest]) =>
        `<details><summary>${key}</summary>\n\n\`\`\`yaml\n${yamlDocument(manifest).replace("---\n", "")}\`\`\`\n\n</details>\n`,
    ),
  ]);
  return [
    `# What examples/${name} becomes\n`,
    "Written by `npm test -- -u`; the tests hold it.\n",
    ...parts,
  ].join("\n");
}
