/**
 * Which acks can be one: AMQP's `multiple` acks everything outstanding up to a tag, so it is allowed only where all
 * deliveries up to there are settled. Tags rise by delivery on one channel.
 */
export class AckWindow<Message> {
  /** In the order of their tags; those before `#head` are settled and told to the broker. */
  readonly #order: Message[] = [];
  #head = 0;
  readonly #state = new Map<Message, "outstanding" | "acked" | "told">();
  #acked: Message[] = [];

  delivered(message: Message): void {
    this.#order.push(message);
    this.#state.set(message, "outstanding");
  }

  acked(message: Message): void {
    this.#state.set(message, "acked");
    this.#acked.push(message);
  }

  /** The broker was told by other means (a release). */
  told(message: Message): void {
    this.#state.set(message, "told");
  }

  get hasAcks(): boolean {
    return this.#acked.length > 0;
  }

  /** What to tell the broker: ack all up to one message, then single ones. Counts as told. */
  flush(): { upTo: Message | undefined; single: Message[] } {
    let upTo: Message | undefined;
    for (; this.#head < this.#order.length; this.#head++) {
      const message = this.#order[this.#head]!;
      const state = this.#state.get(message);
      if (state === "outstanding") break;
      if (state === "acked") upTo = message;
      this.#state.delete(message);
    }
    const single = this.#acked.filter((message) => this.#state.has(message));
    for (const message of single) this.#state.set(message, "told");
    this.#acked = [];
    this.#compact();
    return { upTo, single };
  }

  #compact(): void {
    if (this.#head < 1_024 && this.#head < this.#order.length) return;
    this.#order.splice(0, this.#head);
    this.#head = 0;
  }
}
