import type { FieldPath } from "../../core/finding.ts";
import type { ReadTools } from "./tools.ts";
import type { ToolsFile } from "./tools-file.ts";

/** An order of actors that messages are declared to take, in one namespace. */
export interface DeclaredRoute {
  /** The actors' namespace; undefined where nothing names it. */
  readonly namespace: string | undefined;
  /** Of the file's route, or of the tool that has its own. */
  readonly name: string;
  /** At least one, in the order of the route. */
  readonly actors: readonly string[];
  readonly file: ToolsFile;
  /** Of the list of actors in the file. */
  readonly path: FieldPath;
}

/**
 * Every route that files of tools declare, each once however many tools take it. `file.place(path)` says where one stands.
 * What the routes say about actors has not been checked: they may name actors that are not there.
 */
export function declaredRoutes(tools: readonly ReadTools[]): DeclaredRoute[] {
  return tools.flatMap(({ file, content }) => {
    const { namespace } = file;
    const named = Object.entries(content.routes ?? {}).flatMap(([name, actors]): DeclaredRoute[] =>
      actors === null ? [] : [{ namespace, name, actors, file, path: ["routes", name] }],
    );
    const own = content.tools.flatMap(({ name, route }, index): DeclaredRoute[] =>
      typeof route === "string"
        ? []
        : [{ namespace, name, actors: route, file, path: ["tools", index, "route"] }],
    );
    return [...named, ...own];
  });
}
