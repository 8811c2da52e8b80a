#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { FolderError } from "./folder.ts";
import { RefusedError } from "./rendered.ts";
import { DEFAULT_STATE_FOLDER } from "./up/state-folder.ts";
import { drainCommand } from "./commands/drain.ts";
import { redriveCommand } from "./commands/redrive.ts";
import { diffCommand } from "./commands/diff.ts";
import { renderCommand } from "./commands/render.ts";
import { headerOption, sendCommand } from "./commands/send.ts";
import { startCommand } from "./commands/start.ts";
import { upCommand } from "./commands/up.ts";
import { validateCommand } from "./commands/validate.ts";

/** Exit statuses: nothing wrong but warnings and notes; an error finding or a failure; wrong usage. */
const FAILED = 1;
const USAGE = 2;

const platformOption = new Option(
  "-p, --platform <file>",
  "EnvironmentConfig asya-platform (and flavors); default: the one beside the actors, else a built-in example",
);

const stateOption = new Option("--state <folder>", "what the local run keeps: queues, results, logs").default(
  DEFAULT_STATE_FOLDER,
);
const handlersOption = new Option(
  "--handlers <folder>",
  "handlers' Python code; default: handlers/ in the folder",
);
const pythonOption = new Option("--python <program>", "interpreter of the handlers").default("python3");

const namespaceOption = new Option("-n, --namespace <name>", "default: the kubeconfig's");

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
    .command("diff")
    .description(
      "what a branch changes in queues, access, workloads and scalers, with marks on what is risky",
    )
    .argument("[path]", "folder or file of a git work tree", ".")
    .requiredOption("-b, --base <ref>", "branch, tag or commit that the folder is compared with")
    .addOption(platformOption)
    .addOption(
      new Option("-o, --output <format>", "form of the report")
        .choices(["text", "markdown", "json"])
        .default("text"),
    )
    .option("--no-patch", "words only, no YAML (text)")
    .option("--sarif <file>", "write findings and marks as SARIF 2.1.0, too")
    .addOption(
      new Option("--fail-on <level>", "end with 1 at a mark of this level or worse")
        .choices(["none", "risk", "error"])
        .default("none"),
    )
    .action(diffCommand);
  asya
    .command("start")
    .description(
      "the whole way, with real processes: the plugin checks the folder, the function renders it over gRPC, its actors run",
    )
    .argument("[path]", "folder of actors; default: examples/quickstart")
    .addOption(platformOption)
    .option("--out <folder>", "where the rendered YAML goes; default: rendered/ in the state folder")
    .addOption(handlersOption)
    .addOption(stateOption)
    .addOption(pythonOption)
    .option("--once", "end after that")
    .action(startCommand);
  asya
    .command("up")
    .description("run a folder's actors on this machine, a sidecar and a Python runtime each, until Ctrl-C")
    .argument("[path]", "folder of actors; default: examples/quickstart")
    .addOption(platformOption)
    .addOption(handlersOption)
    .addOption(stateOption)
    .addOption(pythonOption)
    .addOption(
      new Option(
        "--transport <name>",
        "where the queues are; a broker is named by your own ASYA_RABBITMQ_... or ASYA_SQS_... variables",
      )
        .choices(["local", "rabbitmq", "sqs"])
        .default("local"),
    )
    .action(upCommand);
  asya
    .command("send")
    .description("send an envelope to what `asya up` runs, and follow it to its results")
    .argument("<route>", "ACTOR or ACTOR,ACTOR,...")
    .argument("[json]", "the payload")
    .option("-f, --file <file>", "the payload's file; - is standard input")
    .option("-H, --header <name=value>", "a header; may be repeated", headerOption)
    .addOption(stateOption)
    .action(sendCommand);
  asya
    .command("drain")
    .description(
      "empty actors' queues: their consumers go on, also where paused; waits until nothing is left",
    )
    .argument("[actors...]", "names of AsyncActors")
    .addOption(namespaceOption)
    .option("--all", "all actors of the namespace")
    .option("-l, --selector <labels>", "actors with these labels, as kubectl's")
    .option("--timeout <duration>", "how long to wait", "30m")
    .option("--resume", "no longer drain them")
    .action(drainCommand);
  asya
    .command("redrive")
    .description("move an actor's dead letters back into its queue, with all attempts before them again")
    .argument("<actor>", "name of the AsyncActor")
    .addOption(namespaceOption)
    .action(redriveCommand);
  return asya;
}

if (import.meta.main) await run(process.argv);

async function run(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads it may have seen enough, as `head` does.
    if (error.code !== "EPIPE") console.error(`asya: stdout cannot be written: ${error.message}`);
    process.exit(FAILED);
  });
  try {
    await program().parseAsync(argv);
  } catch (error) {
    // n.b. commander prints what it finds wrong itself, but not what a command throws.
    if (error instanceof InvalidArgumentError) console.error(`error: ${error.message}`);
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
