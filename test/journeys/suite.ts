import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MissingServer, openOrMissing } from "../conformance/bed.ts";
import type { Journey } from "./journey.ts";
import { type Ground, Site } from "./site.ts";
import { failureJourneys } from "./suite-failures.ts";
import { payloadJourneys } from "./suite-payloads.ts";
import { routeJourneys } from "./suite-routes.ts";

/** What envelopes live through between real sidecars and runtimes on a broker that runs. */
export function journeys(name: string, open: () => Promise<Ground>): void {
  describe(`journeys on ${name}`, { timeout: 30_000 }, () => {
    let opened: Site | MissingServer;

    beforeAll(async () => {
      const ground = await openOrMissing(name, open);
      opened = ground instanceof MissingServer ? ground : await Site.open(ground);
    }, 240_000);
    afterAll(async () => {
      if (opened instanceof Site) await opened.close();
    }, 60_000);

    const journey: Journey = (title, body) =>
      test(title, async ({ skip }) => {
        if (opened instanceof MissingServer) skip(opened.message);
        else await body(opened);
      });

    routeJourneys(journey);
    failureJourneys(journey);
    payloadJourneys(journey);
    journey("after all that no message is left over anywhere", async (site) => {
      await expect.poll(() => site.leftOver(), { timeout: 10_000 }).toEqual([]);
    });
  });
}
