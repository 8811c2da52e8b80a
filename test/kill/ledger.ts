import type { Arrival } from "../journeys/arrivals.ts";

/** Where a message ended. */
export type Ending = "happy-end" | "error-end" | "dead letters";

/** Who arrived where and how often, by payload key and by what the envelopes say of themselves. */
export class Ledger {
  readonly #endings = new Map<number, Set<Ending>>();
  readonly #keyOf = new Map<string, number>();
  readonly #problems: string[] = [];
  #arrivals = 0;

  /** Messages of which at least one copy has arrived anywhere. */
  get complete(): number {
    return this.#endings.size;
  }

  record(ending: Ending, { id, headers, payload }: Arrival): void {
    const key = keyIn(ending === "error-end" ? fieldOf(payload, "original_payload") : payload);
    if (key === undefined) {
      this.#problems.push(`${ending} got ${id} with a payload of nobody: ${JSON.stringify(payload)}`);
      return;
    }
    this.#endings.set(key, (this.#endings.get(key) ?? new Set()).add(ending));
    if (ending !== "happy-end") return;
    this.#arrivals++;
    const identity = `${id} ${String(headers?.["asya-origin"])}`;
    const known = this.#keyOf.get(identity);
    if (known === undefined) this.#keyOf.set(identity, key);
    else if (known !== key) this.#problems.push(`${identity} is both message ${known} and message ${key}`);
  }

  summary(messages: number) {
    const endedIn = (ending: Ending) => [...this.#endings.values()].filter((set) => set.has(ending)).length;
    const atHappyEnd = endedIn("happy-end");
    return {
      missing: Array.from({ length: messages }, (_, key) => key).filter((key) => !this.#endings.has(key)),
      atHappyEnd,
      atErrorEnd: endedIn("error-end"),
      deadLettered: endedIn("dead letters"),
      /** Copies beyond the first, by id and origin alone. */
      duplicates: this.#arrivals - this.#keyOf.size,
      /** Copies beyond the first that id and origin do not tell from new messages. */
      unrecognised: this.#keyOf.size - atHappyEnd,
      problems: this.#problems,
    };
  }
}

function keyIn(payload: unknown): number | undefined {
  const key = fieldOf(payload, "key");
  return typeof key === "number" ? key : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
