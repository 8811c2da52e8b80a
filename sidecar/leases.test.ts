import { expect, test } from "vitest";
import { LocalBroker } from "../transports/local/client.ts";
import { Leases } from "./leases.ts";

test("a message that is held for longer than its lease is not delivered a second time; one that is let go is", async () => {
  const broker = new LocalBroker(undefined);
  broker.declare("a", { leaseMs: 300 });
  const transport = broker.connect({ actor: "a" });
  await transport.send("a", Buffer.from("1"));
  transport.setPrefetch(2);
  const messages = transport.receive(new AbortController().signal)[Symbol.asyncIterator]();
  const first = (await messages.next()).value!;
  const leases = new Leases(transport.leaseMs);
  const heldAt = performance.now();
  leases.hold(first);
  const second = messages.next();
  setTimeout(() => leases.letGo(first), 900);
  expect((await second).value!.redelivered).toBe(true);
  expect(performance.now() - heldAt).toBeGreaterThan(900);
  expect(await first.ack()).toBe(false);
  await transport.close();
  await messages.return?.();
  broker.close();
});
