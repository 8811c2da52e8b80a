import { type Finding, finding, quoteValue } from "../../core/finding.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Findings } from "./findings.ts";
import type { ReadTools } from "./tools.ts";
import type { ToolsFile } from "./tools-file.ts";

/** Suggestions that are looked for, and names to choose each from: every pair takes time. */
const MAX_SUGGESTIONS = 20;
const MAX_CANDIDATES = 1_000;

/** What the gateway would refuse about files that fit the schema: names of tools, and of routes that tools take. */
export function addToolFindings(tools: readonly ReadTools[], findings: Findings): void {
  let suggestions = MAX_SUGGESTIONS;
  const first = new Map<string, { file: ToolsFile; index: number }>();
  for (const { file, content } of tools) {
    const routes = content.routes ?? {};
    for (const [index, { name, route }] of content.tools.entries()) {
      const identity = `${file.namespace ?? ""}\0${name}`;
      const before = first.get(identity);
      if (before === undefined) first.set(identity, { file, index });
      else findings.add([toolTwice(name, index, before)], (one) => file.placed(one, "value"));
      if (typeof route === "string" && (!Object.hasOwn(routes, route) || routes[route] === null))
        findings.add([noRoute(route, index, suggestions-- > 0 ? Object.keys(routes) : [])], (one) =>
          file.placed(one, "value"),
        );
    }
  }
}

/** n.b. without the other's line: it would have to be looked for in another file for each. */
function toolTwice(name: string, index: number, before: { file: ToolsFile; index: number }): Finding {
  const { source, key } = before.file;
  const place = `tools[${before.index}] of ${key} in ${source.title}, ${source.file}`;
  const message = `its namespace has a tool ${quoteValue(name)} already: ${place}`;
  return finding("E050", ["tools", index, "name"], message, "rename or remove one of the two");
}

function noRoute(route: string, index: number, names: readonly string[]): Finding {
  const candidates = names.slice(0, MAX_CANDIDATES);
  const fix = didYouMean(
    route,
    candidates,
    "declare it under routes of this file, or list the route's actors here",
  );
  const message = `the file has no route of this name (got ${quoteValue(route)})`;
  return finding("E051", ["tools", index, "route"], message, fix);
}
