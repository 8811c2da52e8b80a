import { text } from "node:stream/consumers";
import { FUNCTIONS } from "./functions.ts";
import { runWithKpt } from "./kpt.ts";
import { KrmError, ResourceList } from "./resource-list.ts";

const USAGE = `Usage: asya-krm [${Object.keys(FUNCTIONS).join("|")}]

A KRM function: a ResourceList on stdin, one on stdout; ends with 1 where a result is an error. Without an argument
functionConfig.kind says which:

${Object.entries(FUNCTIONS)
  .map(([name, { kind, usage }]) => `  ${name} (${kind}): ${usage}`)
  .join("\n")}
`;

async function run([name]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    process.stdout.write(USAGE);
    return 0;
  }
  const list = new ResourceList(await text(process.stdin));
  const kind = list.config?.kind;
  const chosen =
    name === undefined ? Object.values(FUNCTIONS).find((one) => one.kind === kind) : FUNCTIONS[name];
  if (chosen === undefined)
    throw new KrmError(`there is no function ${JSON.stringify(name ?? kind ?? "")}\n\n${USAGE}`);
  const output = await runWithKpt(chosen.run, chosen.usage, {
    items: structuredClone([...list.items]),
    config: list.config,
  });
  process.stdout.write(list.with(output));
  const errors = output.results.filter(({ severity }) => severity === "error");
  for (const { message, resourceRef, field, file } of errors)
    process.stderr.write(
      `${file?.path ?? `${resourceRef?.kind}/${resourceRef?.name}`} ${field?.path ?? ""}: ${message}\n`,
    );
  return errors.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof KrmError)) throw error;
  process.stderr.write(`asya-krm: ${error.message}\n`);
  process.exitCode = 1;
}
