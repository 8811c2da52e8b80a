import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readParameters } from "../parameters.ts";
import { readFolder } from "../read/folder.ts";
import { enrich } from "./enrich.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "asya-enrich-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function annotationsOf(object: object, given: Record<string, string> = {}): Promise<unknown> {
  writeFileSync(join(folder, "a b.yaml"), `# one line above\n${JSON.stringify(object)}\n`);
  const { objects } = await readFolder(folder);
  const parameters = readParameters(undefined, given);
  const printed = enrich(objects, { parameters, sourcePath: "team/actors", pluginVersion: "v1.2.3" });
  const read = JSON.parse(printed[0]?.json.toString() ?? "") as { metadata: { annotations?: unknown } };
  expect(read).toEqual(printed[0]?.read());
  return read.metadata.annotations;
}

const actor = (annotations?: Record<string, string>) => ({
  apiVersion: "asya.sh/v1alpha1",
  kind: "AsyncActor",
  metadata: { name: "a", ...(annotations === undefined ? {} : { annotations }) },
});
const crossplane = (kind: string, name: string, more: object = {}) => ({
  apiVersion: "apiextensions.crossplane.io/v1",
  kind,
  metadata: { name, ...more },
});

test("an actor comes in the last wave, waits for its definition, and says where it is from", async () => {
  expect(await annotationsOf(actor())).toEqual({
    "argocd.argoproj.io/sync-wave": "100",
    "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true,ServerSideApply=true",
    "asya.sh/source": "team/actors/a b.yaml",
    "asya.sh/plugin-version": "v1.2.3",
  });
});

test("line, link and confirmation come only where the Application asks for them", async () => {
  const given = { provenance: "line", sourceUrl: "https://git.example/r/", pruneConfirm: "true" };
  expect(await annotationsOf(actor(), given)).toMatchObject({
    "argocd.argoproj.io/sync-options": expect.stringMatching(/,Prune=confirm$/) as string,
    "asya.sh/source": "team/actors/a b.yaml:2",
    "link.argocd.argoproj.io/source": "https://git.example/r/team/actors/a%20b.yaml",
  });
});

test("what the user wrote stays, of sync options each by its name", async () => {
  const own = {
    "argocd.argoproj.io/sync-wave": "7",
    "argocd.argoproj.io/sync-options": "ServerSideApply=false, Replace=true",
    "asya.sh/source": "elsewhere",
  };
  expect(await annotationsOf(actor(own))).toEqual({
    "argocd.argoproj.io/sync-wave": "7",
    "argocd.argoproj.io/sync-options": "ServerSideApply=false,Replace=true,SkipDryRunOnMissingResource=true",
    "asya.sh/source": "elsewhere",
    "asya.sh/plugin-version": "v1.2.3",
  });
});

test.each([
  ["-3", { ...crossplane("CompositeResourceDefinition", "asyncactors.asya.sh"), spec: { group: "asya.sh" } }],
  [
    "-2",
    {
      ...crossplane("Composition", "asyncactor"),
      spec: { compositeTypeRef: { apiVersion: "asya.sh/v1alpha1", kind: "AsyncActor" } },
    },
  ],
  ["-1", crossplane("EnvironmentConfig", "asya-platform")],
])("wave %s: what every actor needs comes before actors and is never pruned", async (wave, object) => {
  expect(await annotationsOf(object)).toMatchObject({
    "argocd.argoproj.io/sync-wave": wave,
    "argocd.argoproj.io/sync-options": expect.stringMatching(/Prune=false,Delete=false$/) as string,
  });
});

test("a flavor comes before actors and can be pruned", async () => {
  const flavor = crossplane("EnvironmentConfig", "gpu", { labels: { "asya.sh/flavor": "gpu" } });
  expect(await annotationsOf(flavor, { provenance: "none" })).toEqual({
    "argocd.argoproj.io/sync-wave": "-1",
    "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true,ServerSideApply=true",
  });
});

test("other objects, and all where enrichment is off, are printed as they were read", async () => {
  expect(await annotationsOf(crossplane("Composition", "other"))).toBeUndefined();
  expect(await annotationsOf(crossplane("EnvironmentConfig", "other"))).toBeUndefined();
  expect(await annotationsOf({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" } })).toBeUndefined();
  expect(await annotationsOf(actor(), { enrich: "false" })).toBeUndefined();
});
