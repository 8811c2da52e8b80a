import { stringify } from "yaml";
import { runFunction } from "../../functions/asyncactor/run-function.ts";
import { formatFinding, severityOf } from "../../core/finding.ts";
import { composeOffline } from "../crossplane.ts";
import { renderableFolder } from "../folder.ts";
import { renderedActor, type RenderedActor } from "../rendered.ts";
import { actorTree } from "../tree.ts";

interface Options {
  platform?: string;
  output: "yaml" | "json" | "tree";
}

/** `asya render`: the composed objects on stdout, warnings on stderr. */
export async function renderCommand(path: string, options: Options): Promise<void> {
  const { actors, findings } = await renderFolder(path, options.platform);
  for (const one of findings) if (severityOf(one.code) === "warning") console.error(formatFinding(one));
  if (options.output === "tree") console.log(actors.map(actorTree).join("\n\n"));
  else if (options.output === "json") console.log(JSON.stringify(manifests(actors), undefined, 2));
  else process.stdout.write(manifests(actors).map(yamlDocument).join(""));
}

/**
 * Every actor of a folder through the function, in this process.
 *
 * @throws {FolderError} where the folder has any error, {RefusedError} where the function refuses an actor.
 */
export async function renderFolder(path: string, platform?: string) {
  const folder = await renderableFolder(path, platform);
  const actors: RenderedActor[] = [];
  for (const actor of folder.actors) {
    const response = await composeOffline(async (request) => runFunction(request), actor, folder.objects);
    actors.push(renderedActor(actor, response));
  }
  return { actors, objects: folder.objects, findings: folder.findings.kept };
}

function manifests(actors: readonly RenderedActor[]): unknown[] {
  return actors.flatMap(({ objects }) => Object.values(objects));
}

/** One document, marker included; aliases are written out, long lines are not folded. */
export function yamlDocument(object: unknown): string {
  return `---\n${stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}
