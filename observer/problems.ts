import type { Logger } from "pino";

/** One line for each distinct problem, however many it touches and however long it lasts, and one when it is over. */
export class Problems {
  readonly #log: Logger;
  /** By topic, then by message: whom it touches. */
  readonly #current = new Map<string, Map<string, Set<string>>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param message - the same for everyone whom it touches.
   * @param whom - what does not work, such as one actor; each has one problem per topic.
   */
  report(topic: string, message: string, whom = "", details: Record<string, unknown> = {}): void {
    const messages = this.#current.get(topic) ?? new Map<string, Set<string>>();
    const known = messages.get(message);
    if (known?.has(whom)) return;
    this.#remove(topic, whom);
    messages.set(message, (known ?? new Set()).add(whom));
    this.#current.set(topic, messages);
    if (known === undefined)
      this.#log.warn({ topic, ...(whom === "" ? {} : { example: whom }), ...details }, message);
  }

  solved(topic: string, whom = ""): void {
    const over = this.#remove(topic, whom);
    if (over !== undefined) this.#log.info({ topic, problem: over }, "the problem is over");
  }

  get messages(): string[] {
    return [...this.#current.values()].flatMap((messages) => [...messages.keys()]).sort();
  }

  /** @returns the message that touches nobody any more. */
  #remove(topic: string, whom: string): string | undefined {
    const messages = this.#current.get(topic);
    for (const [message, touched] of messages ?? []) {
      if (!touched.delete(whom)) continue;
      if (touched.size > 0) return undefined;
      messages?.delete(message);
      if (messages?.size === 0) this.#current.delete(topic);
      return message;
    }
    return undefined;
  }
}
