import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { freshBundle, PLUGIN, PLUGIN_SERVER } from "../../../scripts/build.ts";
import type { Undo } from "../undoing.ts";

const PLUGIN_YAML = resolve(import.meta.dirname, "../../../argocd-plugin/plugin.yaml");
/** What the next version does to each object, so that it is seen which of the two has rendered it. */
export const NEXT_MARK = "asya.sh/e2e-rendered-by";
const NEXT = `
import { execFileSync } from "node:child_process";
const lines = execFileSync(process.execPath, [process.argv[2], ...process.argv.slice(3)], { encoding: "utf8" }).trim().split("\\n");
for (const line of lines) {
  const object = JSON.parse(line);
  object.metadata.annotations = { ...object.metadata.annotations, ${JSON.stringify(NEXT_MARK)}: "next" };
  console.log(JSON.stringify(object));
}
`;

/** A folder for `up --plugin-dir`, and the name by which an Application asks for the plugin. */
export interface Plugin {
  folder: string;
  name: string;
}

/** argocd-plugin/plugin.yaml as released, with this machine's paths for its image's. */
export async function releasedPlugin(parent: string): Promise<Plugin> {
  return await makePlugin(parent, "asya", (bundle) => [bundle]);
}

/** A later release that renders something else. */
export async function nextPlugin(parent: string): Promise<Plugin> {
  const program = join(parent, "next.mjs");
  writeFileSync(program, NEXT);
  return await makePlugin(parent, "asya-next", (bundle) => [program, bundle], "v999.0.0");
}

async function makePlugin(
  parent: string,
  folderName: string,
  programs: (bundle: string) => string[],
  version?: string,
): Promise<Plugin> {
  const folder = join(parent, folderName);
  mkdirSync(folder);
  const bundle = join(folder, "asya-plugin.mjs");
  copyFileSync(await freshBundle(PLUGIN), bundle);
  const settings = parseDocument(readFileSync(PLUGIN_YAML, "utf8"));
  if (version !== undefined) settings.setIn(["spec", "version"], version);
  for (const path of [
    ["spec", "generate", "command"],
    ["spec", "parameters", "dynamic", "command"],
  ]) {
    const [, , ...words] = (settings.getIn(path) as { toJSON(): string[] }).toJSON();
    settings.setIn(path, [process.execPath, ...programs(bundle), ...words]);
  }
  writeFileSync(join(folder, "plugin.yaml"), settings.toString());
  const { metadata, spec } = settings.toJS() as { metadata: { name: string }; spec: { version: string } };
  return { folder, name: `${metadata.name}-${spec.version}` };
}

/** The native server on a socket of `up --plugin-sock-dir`. @returns the name by which an Application asks for it. */
export async function nativePlugin(sockets: string, undo: Undo): Promise<string> {
  const name = "asya-native";
  const bundle = await freshBundle(PLUGIN_SERVER);
  const child = spawn(process.execPath, [bundle, "--socket", join(sockets, `${name}.sock`)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await once(child, "spawn");
  const ended = once(child, "exit");
  undo("the native plugin server", async () => {
    child.kill();
    await ended;
  });
  return name;
}
