import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { encodeEnvelope } from "../../core/envelope.ts";
import { isObject } from "../../core/json.ts";
import { sendToRunning } from "../up/client.ts";
import { hopLine } from "../up/hop-line.ts";
import { failureWords, type Leaf, type Outcome } from "../up/journey.ts";
import { newEnvelopeId } from "../up/journeys.ts";
import { widthOf } from "../up/session.ts";
import { layoutOf } from "../up/state-folder.ts";

interface Options {
  file?: string;
  header?: Record<string, string>;
  state: string;
}

/** `asya send`: hops on stderr, a JSON result per line on stdout; exit status 1 where any part failed. */
export async function sendCommand(
  route: string,
  payload: string | undefined,
  { file, header, state }: Options,
): Promise<void> {
  const actors = routeOf(route);
  const fields = {
    id: newEnvelopeId(),
    route: { actors, current: 0 },
    headers: header,
  };
  const body = encodeEnvelope(fields, payloadOf(payload, file));
  const width = widthOf([...actors, "error-end"]);
  const outcome = await sendToRunning(layoutOf(state), body, (hop) =>
    console.error(hopLine(hop, new Date(), width)),
  );
  tell(outcome);
  if (!outcome.succeeded) process.exitCode = 1;
}

/** A `--header name=value` more. */
export function headerOption(text: string, headers: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("it must be name=value.");
  return { ...headers, [text.slice(0, at)]: text.slice(at + 1) };
}

function routeOf(text: string): string[] {
  const actors = text.split(",").map((actor) => actor.trim());
  if (actors.includes(""))
    throw new InvalidArgumentError(`"${text}" is no route: write ACTOR or ACTOR,ACTOR,...`);
  return actors;
}

/** The payload's bytes as they were given: one JSON value in UTF-8. */
function payloadOf(argument: string | undefined, file: string | undefined): Buffer {
  if ((argument === undefined) === (file === undefined)) {
    throw new InvalidArgumentError("give the payload either as '{json}' or with --file.");
  }
  const bytes = file === undefined ? Buffer.from(argument!) : contentOf(file);
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new InvalidArgumentError(`the payload is no JSON: ${(error as Error).message}`);
  }
  return bytes;
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new InvalidArgumentError(`--file ${file} cannot be read: ${(error as Error).message}`);
  }
}

function tell({ leaves }: Outcome): void {
  for (const leaf of leaves) {
    if (leaf.status === "succeeded") console.log(JSON.stringify(leaf.result));
    else console.error(`${leaf.id} failed: ${failureWords(leaf)}${tracebackOf(leaf)}`);
  }
}

/** n.b. the traceback of a Python handler; failures of the sidecar's own have none. */
function tracebackOf({ details }: Leaf): string {
  const traceback = isObject(details) ? details["traceback"] : undefined;
  return typeof traceback === "string" ? `\n${traceback.trimEnd().replaceAll(/^/gm, "   ")}` : "";
}
