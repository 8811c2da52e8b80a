import type { ServerResponse } from "node:http";
import { parseEnvelope, EnvelopeError } from "../../core/envelope.ts";
import { didYouMean } from "../../core/suggest.ts";
import { MessageTooLarge, type MessageTransport, QueueNotFound } from "../../transports/messages.ts";
import type { Hop, Outcome } from "./journey.ts";
import type { Journeys } from "./journeys.ts";
import { RequestError } from "./reports-server.ts";

/** Sends an envelope and follows it; @throws {RequestError} where the body is no envelope for these actors. */
export type Send = (body: Buffer, onHop?: (hop: Hop) => void) => Promise<Outcome>;

interface SendParts {
  /** Their names. */
  actors: readonly string[];
  transport: MessageTransport;
  journeys: Journeys;
  onHop: (hop: Hop) => void;
}

/** Puts the envelope into the queue of the actor that its route names. @throws {RequestError} */
export async function sendEnvelope(
  body: Buffer,
  { actors, transport, journeys, onHop }: SendParts,
): Promise<Outcome> {
  const { id, route } = parsed(body);
  const stranger = route.actors.find((actor) => !actors.includes(actor));
  if (stranger !== undefined) {
    const hint = didYouMean(stranger, actors, `these do: ${actors.join(", ")}`);
    throw new RequestError(`no actor "${stranger}" runs here - ${hint}`);
  }
  const first = route.actors[route.current];
  if (first === undefined) throw new RequestError("the route names no actor");
  const outcome = journeys.begin(id, onHop);
  try {
    await transport.send(first, body);
  } catch (error) {
    journeys.forget(id);
    const isWrong = error instanceof MessageTooLarge || error instanceof QueueNotFound;
    throw isWrong ? new RequestError(error.message, { cause: error }) : error;
  }
  return await outcome;
}

function parsed(body: Buffer) {
  try {
    return parseEnvelope(body);
  } catch (cause) {
    if (cause instanceof EnvelopeError) throw new RequestError(cause.message, { cause });
    throw cause;
  }
}

/** One JSON value per line: `{hop}` as they happen, at last `{outcome}`. */
export async function answerSend(send: Send, body: Buffer, response: ServerResponse): Promise<void> {
  const line = (value: unknown) => {
    if (!response.headersSent) response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(`${JSON.stringify(value)}\n`);
  };
  const outcome = await send(body, (hop) => line({ hop }));
  line({ outcome });
  response.end();
}
