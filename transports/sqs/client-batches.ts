/** SQS takes up to 10 entries at once. */
const MAX_ENTRIES = 10;
const MAX_REQUESTS = 16;

interface Waiting<Item> {
  item: Item;
  bytes: number;
  done: (outcome: Outcome) => void;
}

/** Of one entry: undefined = done, else why not. */
export type Outcome = Error | undefined;

/**
 * Makes requests of many from single ones. What comes in one turn of the event loop goes together, and while all
 * requests are busy more gathers.
 */
export class Batches<Item> {
  readonly #request: (items: Item[]) => Promise<Outcome[]>;
  readonly #maxBytes: number;
  readonly #waiting: Waiting<Item>[] = [];
  #running = 0;
  #scheduled = false;

  /** @param request - one outcome per item, in order; does not reject. */
  constructor(request: (items: Item[]) => Promise<Outcome[]>, maxBytes = Infinity) {
    this.#request = request;
    this.#maxBytes = maxBytes;
  }

  async add(item: Item, bytes = 0): Promise<Outcome> {
    return await new Promise((done) => {
      this.#waiting.push({ item, bytes, done });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#running < MAX_REQUESTS) void this.#run(this.#next());
    });
  }

  #next(): Waiting<Item>[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count === MAX_ENTRIES || (count > 0 && bytes > this.#maxBytes)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #run(batch: Waiting<Item>[]): Promise<void> {
    this.#running++;
    const outcomes = await this.#request(batch.map(({ item }) => item));
    this.#running--;
    for (const [index, { done }] of batch.entries()) done(outcomes[index]);
    if (this.#waiting.length > 0) this.#schedule();
  }
}
