import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { stringify } from "yaml";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "./kubernetes.ts";
import { tell } from "./story.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/upgrade.md");

interface Names {
  composition: string;
  function: string;
  stable: string;
  namespace: string;
}

/** The installed Composition once more, under another name and with another function; with its package where there is one. */
export function canaryManifest(
  live: unknown,
  names: Pick<Names, "composition" | "function">,
  image: string | undefined,
): string {
  const spec = structuredClone(at(live, "spec")) as { pipeline: { functionRef: { name: string } }[] };
  for (const step of spec.pipeline) step.functionRef.name = names.function;
  const composition = {
    apiVersion: "apiextensions.crossplane.io/v1",
    kind: "Composition",
    metadata: { name: names.composition },
    spec,
  };
  const canaryFunction = {
    apiVersion: "pkg.crossplane.io/v1",
    kind: "Function",
    metadata: { name: names.function },
    spec: { package: image, skipDependencyResolution: true },
  };
  const objects = image === undefined ? [composition] : [composition, canaryFunction];
  return objects.map((object) => stringify(object)).join("---\n");
}

/**
 * The steps of docs/upgrade.md by their places on the page; a run's names stand for the page's.
 *
 * @throws {Error} where the page has other steps.
 */
export function upgradeCommands(names: Names, { cluster, folder }: { cluster: Cluster; folder: string }) {
  const text = readFileSync(PAGE, "utf8")
    .replaceAll("function-asyncactor-canary", names.function)
    .replaceAll(/(?<!function-)asyncactor-canary(?!-)/g, names.composition)
    .replaceAll('"name":"asyncactor"', `"name":"${names.stable}"`);
  const blocks = [...text.matchAll(/```sh\n([^`]*?)\n```/g)].map(([, commands]) => commands ?? "");
  const [install = "", move = "", back = "", remove = "", ...others] = blocks;
  if (remove === "" || others.length > 0)
    throw new Error(`docs/upgrade.md has ${blocks.length} blocks of commands, not 4 - say here what they do`);
  const step = (commands: string) => () => {
    tell(`docs/upgrade.md: ${commands.replaceAll("\n", "; ")}`);
    const inNamespace = `kubectl() { command kubectl --namespace ${names.namespace} "$@"; }`;
    execFileSync("sh", ["-ec", `${inNamespace}\n${commands}`], {
      cwd: folder,
      env: cluster.environment,
      stdio: ["ignore", "ignore", "inherit"],
    });
  };
  return { install: step(install), move: step(move), back: step(back), remove: step(remove) };
}
