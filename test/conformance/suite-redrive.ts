import { expect } from "vitest";
import { QueueNotFound } from "../../transports/messages.ts";
import type { Fixture } from "./fixture.ts";
import { bytes, Receiver, text } from "./receiver.ts";

/** From the dead letters back into the queue. */
export function redrivePromises({ bed, actorWith, connect, promise }: Fixture): void {
  promise("redrive brings every dead letter back as a new message, prepared, and leaves none", async () => {
    const actor = await actorWith();
    const transport = await connect(actor);
    const bodies = Array.from({ length: 23 }, (_, index) => `dead ${index}`);
    for (const body of bodies) await transport.sendToDeadLetters(bytes(body));
    const moved = await transport.redrive((body) => bytes(`${Buffer.from(body).toString()}, again`));
    expect(moved).toBe(bodies.length);
    transport.setPrefetch(bodies.length);
    const deliveries = await new Receiver(transport).take(bodies.length);
    expect(deliveries.map(text).sort()).toEqual(bodies.map((body) => `${body}, again`).sort());
    expect(deliveries.some(({ redelivered }) => redelivered)).toBe(false);
    for (const delivery of deliveries) await delivery.ack();
    expect([await bed().deadLetters(actor), await bed().depth(actor)]).toEqual([0, 0]);
  });

  promise("redrive of bytes that are no text changes none of them", async () => {
    const actor = await actorWith();
    const transport = await connect(actor);
    const body = Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]);
    await transport.sendToDeadLetters(body);
    expect(await transport.redrive((same) => same)).toBe(1);
    const delivery = await new Receiver(transport).next();
    expect(Buffer.from(delivery.body).equals(body)).toBe(true);
    await delivery.ack();
  });

  promise("redrive with nothing there moves nothing and says so", async () => {
    const transport = await connect(await actorWith());
    expect(await transport.redrive((same) => same)).toBe(0);
  });

  promise("what is buried again while redrive works stays: it does not go round and round", async () => {
    const actor = await actorWith();
    const [redriving, failing] = [await connect(actor), await connect(actor)];
    const count = 12;
    for (let index = 0; index < count; index++) await redriving.sendToDeadLetters(bytes(`bad ${index}`));
    failing.setPrefetch(count);
    const receiver = new Receiver(failing);
    const buried = (async () => {
      for (let index = 0; index < count; index++) {
        const delivery = await receiver.next(20_000);
        await failing.sendToDeadLetters(delivery.body);
        await delivery.ack();
      }
    })();
    expect(await redriving.redrive((same) => same)).toBeLessThanOrEqual(count);
    await buried;
    await expect.poll(async () => await bed().deadLetters(actor), { timeout: 10_000 }).toBe(count);
  });

  promise("a dead letter that cannot be prepared stays where it is", async () => {
    const actor = await actorWith();
    const transport = await connect(actor);
    await transport.sendToDeadLetters(bytes("kept"));
    const refusal = transport.redrive(() => {
      throw new Error("not this one");
    });
    await expect(refusal).rejects.toThrow("not this one");
    await expect.poll(async () => await bed().deadLetters(actor), { timeout: 10_000 }).toBe(1);
  });

  promise("an actor without dead letters is told so", async () => {
    const transport = await connect("conformance-nobody");
    await expect(transport.redrive((same) => same)).rejects.toThrow(QueueNotFound);
  });
}
