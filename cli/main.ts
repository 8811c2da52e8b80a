#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { FolderError } from "./folder.ts";
import { RefusedError } from "./rendered.ts";
import { renderCommand } from "./commands/render.ts";
import { startCommand } from "./commands/start.ts";
import { validateCommand } from "./commands/validate.ts";

/** Exit statuses: nothing wrong but warnings and notes; an error finding or a failure; wrong usage. */
const FAILED = 1;
const USAGE = 2;

const platformOption = new Option(
  "-p, --platform <file>",
  "EnvironmentConfig asya-platform (and flavors); default: the one beside the actors, else a built-in example",
);

export function program(): Command {
  const asya = new Command("asya")
    .description("AsyncActors in Git: check them, and see everything they become.")
    .showHelpAfterError("(asya --help shows all commands)")
    .exitOverride();
  asya
    .command("validate")
    .description(
      "check every actor in a folder of YAML or JSON, as the Argo CD plugin, the API server and the function will",
    )
    .argument("[path]", "folder or file", ".")
    .addOption(platformOption)
    .addOption(
      new Option("-o, --output <format>", "form of the findings").choices(["text", "json"]).default("text"),
    )
    .option("-q, --quiet", "errors only, no warnings or notes")
    .action(validateCommand);
  asya
    .command("render")
    .description("print the objects that each actor becomes: queue, access, workload with sidecar, scaler")
    .argument("[path]", "folder or file", ".")
    .addOption(platformOption)
    .addOption(
      new Option("-o, --output <format>", "form of the output")
        .choices(["yaml", "json", "tree"])
        .default("yaml"),
    )
    .action(renderCommand);
  asya
    .command("start")
    .description(
      "the whole way, with real processes: the plugin checks the folder, the function renders it over gRPC",
    )
    .argument("[path]", "folder of actors; default: examples/quickstart")
    .addOption(platformOption)
    .option("--out <folder>", "where the rendered YAML goes", "build/rendered")
    .option("--once", "end after that")
    .action(startCommand);
  return asya;
}

if (import.meta.main) await run(process.argv);

async function run(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
    else {
      process.exitCode = FAILED;
      console.error(wordsOf(error));
    }
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof FolderError || error instanceof RefusedError) return error.message;
  return error instanceof Error ? `asya: ${error.message}` : String(error);
}
