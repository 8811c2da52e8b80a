import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import { type Abilities, type Bed, MissingServer, openOrMissing } from "./bed.ts";
import type { Fixture } from "./fixture.ts";
import { deliveryPromises } from "./suite-delivery.ts";
import { faultPromises } from "./suite-faults.ts";
import { redrivePromises } from "./suite-redrive.ts";
import { limitPromises } from "./suite-limits.ts";

/** What every transport promises, on a broker that runs. */
export function conformance(name: string, can: Abilities, open: () => Promise<Bed>): void {
  describe(name, { timeout: 60_000 }, () => {
    let opened: Bed | MissingServer;
    let actors = 0;

    beforeAll(async () => {
      opened = await openOrMissing(name, open);
    }, 240_000);
    afterAll(async () => {
      if (opened !== undefined && !(opened instanceof MissingServer)) await opened.close();
    }, 60_000);

    const fixture: Fixture = {
      bed: () => {
        if (opened instanceof MissingServer) throw opened;
        return opened;
      },
      actorWith: async (options = {}) => {
        const actor = `conformance-${process.pid}-${++actors}`;
        await fixture.bed().declare(actor, options);
        return actor;
      },
      connect: async (actor, onProblem = () => {}) => {
        const transport = await fixture.bed().connect({ actor, onProblem });
        onTestFinished(async () => await transport.close());
        return transport;
      },
      promise: (title, body, applies = true) => {
        if (!applies) return;
        test(title, async ({ skip }) => {
          if (opened instanceof MissingServer) skip(opened.message);
          await body();
        });
      },
    };
    deliveryPromises(fixture);
    redrivePromises(fixture);
    limitPromises(fixture, can);
    faultPromises(fixture, can);
  });
}
