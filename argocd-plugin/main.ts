import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { SettingError } from "../core/env.ts";
import { answerFor } from "./answer.ts";
import { deadlineMs } from "./deadline/variables.ts";
import { watchdog } from "./deadline/watchdog.ts";
import { announcements, PARAMETERS, ParameterError, type Parameters, readParameters } from "./parameters.ts";
import { type Output, printObjects } from "./print.ts";
import { jsonReport, textReport } from "./report.ts";

const USAGE = `Usage: asya-plugin generate [PATH] [options]
       asya-plugin parameters

generate checks every object in a folder of YAML and JSON (default: the current folder) and prints all of them, or
none: objects on stdout, findings on stderr. Ends with 0 without errors, 1 with any, 2 for wrong usage.
parameters prints what an Application can say, as Argo CD asks for it.

  --output json|yaml     how objects are printed (default json, one a line)
  --findings text|json   how findings are printed (default text)
  --help

An Application's parameters (ARGOCD_APP_PARAMETERS), each an option, too:

${Object.entries(PARAMETERS)
  .map(([name, { doc }]) => `  --${name} ${doc}`)
  .join("\n")}
`;

/** Of the deadline; the rest is for reading and judging what was built. */
const BUILD_SHARE = 0.8;

const PARAMETER_OPTIONS = {
  namespace: { type: "string" },
  platform: { type: "string" },
  flavors: { type: "string" },
  strictness: { type: "string" },
  allowEmpty: { type: "string" },
  enrich: { type: "string" },
  provenance: { type: "string" },
  sourceUrl: { type: "string" },
  pruneConfirm: { type: "string" },
} as const satisfies Record<keyof Parameters, { type: "string" }>;

interface Arguments {
  path: string;
  output: Output;
  findings: "text" | "json";
  parameters: Parameters;
}

class UsageError extends Error {
  override name = "UsageError";
}

function readArguments(argv: string[]): Arguments | "help" | "parameters" {
  const { values, positionals } = parse(argv);
  if (values.help === true) return "help";
  const [command, path = ".", ...rest] = positionals;
  if (command === "parameters") return "parameters";
  if (command !== "generate")
    throw new UsageError(`the command must be generate or parameters (got ${JSON.stringify(command ?? "")})`);
  if (rest.length > 0) throw new UsageError(`one PATH only (got ${rest.length} more)`);
  return {
    path,
    output: oneOf("--output", values.output ?? "json", ["json", "yaml"]),
    findings: oneOf("--findings", values.findings ?? "text", ["text", "json"]),
    parameters: readParameters(process.env["ARGOCD_APP_PARAMETERS"], {
      namespace: values.namespace,
      platform: values.platform,
      flavors: values.flavors,
      strictness: values.strictness,
      allowEmpty: values.allowEmpty,
      enrich: values.enrich,
      provenance: values.provenance,
      sourceUrl: values.sourceUrl,
      pruneConfirm: values.pruneConfirm,
    }),
  };
}

function parse(argv: string[]) {
  const options = {
    output: { type: "string" },
    findings: { type: "string" },
    ...PARAMETER_OPTIONS,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const match = allowed.find((each) => each === value);
  if (match === undefined) {
    throw new UsageError(`${option} must be ${allowed.join(" or ")} (got ${JSON.stringify(value)})`);
  }
  return match;
}

async function run(argv: string[]): Promise<number> {
  const options = readArguments(argv);
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options === "parameters") {
    process.stdout.write(`${JSON.stringify(announcements())}\n`);
    return 0;
  }
  if (!existsSync(options.path)) throw new UsageError(`there is no folder ${options.path}`);
  const deadline = deadlineMs(process.env);
  const progress = watchdog(deadline);
  const asJson = options.findings === "json";
  const { objects, findings, files, stops } = await answerFor(options.path, {
    parameters: options.parameters,
    destination: process.env["ARGOCD_APP_NAMESPACE"] || undefined,
    sourcePath: process.env["ARGOCD_APP_SOURCE_PATH"],
    notes: asJson,
    progress,
    buildMs: deadline * BUILD_SHARE,
  });
  process.stderr.write(asJson ? jsonReport(findings.kept) : textReport(findings, files));
  if (stops) return 1;
  await printObjects(objects, options.output, process.stdout, progress);
  return 0;
}

// n.b. V8's new space grows to 48 MiB otherwise, for a few per cent of speed: a fifth of what the plugin may take.
setFlagsFromString("--semi-space-growth-factor=1");

// A reader that has gone away (`| head`) needs no message.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") console.error(`asya-plugin: stdout cannot be written: ${error.message}`);
  process.exit(1);
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ParameterError || error instanceof SettingError))
    throw error;
  process.stderr.write(`asya-plugin: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
