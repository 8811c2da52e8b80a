const PAGE_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/** Where a text lies in a TextStore. */
export interface Stored {
  page: number;
  start: number;
  end: number;
}

/** Lines of text in UTF-8, outside of the heap, where they take their bytes and nothing more. */
export class TextStore {
  /** Of all lines. */
  bytes = 0;
  readonly #pages: Buffer[] = [];
  /** Of the last page. */
  #used = 0;

  /** Adds the text and a line feed. n.b. a string of both would be the text once more. */
  add(text: string): Stored {
    const length = Buffer.byteLength(text) + 1;
    const page = this.#pageFor(length);
    const start = this.#used;
    const written = this.#pages[page]!.write(text, start);
    this.#pages[page]![start + written] = LINE_FEED;
    this.#used = start + length;
    this.bytes += length;
    return { page, start, end: this.#used };
  }

  read({ page, start, end }: Stored): Buffer {
    return this.#pages[page]!.subarray(start, end);
  }

  /** The last page, or a new one where `length` bytes have no place in it. */
  #pageFor(length: number): number {
    const last = this.#pages.at(-1);
    if (last === undefined || last.length - this.#used < length) {
      this.#pages.push(Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, length)));
      this.#used = 0;
    }
    return this.#pages.length - 1;
  }
}
