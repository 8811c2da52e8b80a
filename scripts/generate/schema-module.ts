import type { Schema } from "../../core/schema.ts";

/** A module with schemas as data; each definition has its line. */
export function schemaModule(schemas: Readonly<Record<string, Schema>>): string {
  const constants = Object.entries(schemas).map(
    ([name, schema]) => `\nexport const ${name}: Schema = ${literal(schema)};\n`,
  );
  return `import type { Schema } from "../schema.ts";\n${constants.join("")}`;
}

function literal({ definitions, ...own }: Schema): string {
  if (definitions === undefined) return JSON.stringify(own);
  const lines = Object.entries(definitions).map(
    ([name, schema]) => `    ${JSON.stringify(name)}: ${JSON.stringify(schema)},`,
  );
  return `{\n  ...${JSON.stringify(own)},\n  definitions: {\n${lines.join("\n")}\n  },\n}`;
}
