import { encodeEnvelope } from "../core/envelope.ts";
import { QUICKSTART_ROUTE, READABLE_DOCUMENT, UNREADABLE_DOCUMENT } from "./quickstart.ts";
import type { Outcome } from "./up/journey.ts";
import { newEnvelopeId } from "./up/journeys.ts";
import type { LocalRun } from "./up/local-run.ts";

/** Two envelopes through the quickstart's route: one with a fan-out and a retry, and one that fails for good. */
export async function demonstrate(
  run: LocalRun,
  step: (number: number, text: string) => void,
  say: (text: string) => void,
): Promise<void> {
  step(
    5,
    `a document of three pages travels ${QUICKSTART_ROUTE.join(" -> ")}; one page needs a second attempt`,
  );
  const read = await travel(run, READABLE_DOCUMENT);
  for (const { result } of read.leaves) say(`   ${JSON.stringify(result)}`);
  if (!read.succeeded || read.leaves.length !== READABLE_DOCUMENT.pages.length)
    throw new Error(
      "the document should have arrived at happy-end page by page: the logs named above say more",
    );

  step(6, "a page that nobody can read is retried, and ends at error-end");
  const failed = await travel(run, UNREADABLE_DOCUMENT);
  if (failed.succeeded) throw new Error("the page should have failed: the logs named above say more");
}

async function travel(run: LocalRun, payload: object): Promise<Outcome> {
  const route = { actors: QUICKSTART_ROUTE, current: 0 };
  return await run.send(encodeEnvelope({ id: newEnvelopeId(), route }, Buffer.from(JSON.stringify(payload))));
}
