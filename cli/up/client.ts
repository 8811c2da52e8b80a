import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { parseExact } from "../../core/json-exact.ts";
import type { Hop, Outcome } from "./journey.ts";
import { type Layout, runningIn } from "./state-folder.ts";

/**
 * Sends an envelope to the running `asya up` of a state folder and follows it to its ends.
 *
 * @throws {Error} where none runs there, where it refuses the envelope, or where it stops before the envelope has arrived.
 */
export async function sendToRunning(
  layout: Layout,
  body: Buffer,
  onHop: (hop: Hop) => void,
): Promise<Outcome> {
  const running = runningIn(layout);
  if (running === undefined) throw nothingRuns(layout);
  const response = await post(`${running.url}/send`, body).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ECONNREFUSED") throw nothingRuns(layout, { cause });
    throw new Error(BROKEN_OFF, { cause });
  });
  if (response.statusCode !== 200) throw new Error((await text(response)).trim());
  try {
    for await (const line of linesOf(response)) {
      const { hop, outcome } = parseExact(line) as unknown as { hop?: Hop; outcome?: Outcome };
      if (hop !== undefined) onHop(hop);
      if (outcome !== undefined) return outcome;
    }
  } catch (cause) {
    throw new Error(BROKEN_OFF, { cause });
  }
  throw new Error(BROKEN_OFF);
}

const BROKEN_OFF =
  "`asya up` has stopped before the envelope arrived - it is still queued, and travels on when `asya up` runs again";

function nothingRuns({ folder }: Layout, options?: ErrorOptions): Error {
  return new Error(
    `no \`asya up\` runs with the state folder ${folder} - start it, or name another with --state`,
    options,
  );
}

/** n.b. fetch gives up on an answer that says nothing for 5 minutes; a handler may take longer. */
async function post(url: string, body: Buffer): Promise<IncomingMessage> {
  const call = request(url, { method: "POST", headers: { "content-length": body.length } });
  const answered = once(call, "response") as Promise<[IncomingMessage]>;
  call.end(body);
  const [response] = await answered;
  return response;
}

/** n.b. readline would also part lines at U+2028 and U+2029, which JSON allows within texts. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    if (!chunk.includes("\n")) {
      rest += chunk;
      continue;
    }
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
