import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const KEPT_BYTES = 1 << 18;

/** Reads whole files into one piece of memory, which holds the last of them only. */
export class FileBytes {
  #buffer = Buffer.allocUnsafeSlow(KEPT_BYTES);

  /** At most `limit` + 1 bytes: a file may grow after it was found. n.b. opened for waiting, a FIFO would never end. */
  read(path: string, limit: number): Buffer {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      this.#makeRoom(Math.min(fstatSync(file).size, limit) + 1);
      let length = 0;
      for (let count = -1; count !== 0 && length <= limit; length += count) {
        if (length === this.#buffer.length) this.#makeRoom(Math.min(length * 2, limit + 1));
        count = readSync(file, this.#buffer, length, this.#buffer.length - length, null);
      }
      return this.#buffer.subarray(0, length);
    } finally {
      closeSync(file);
    }
  }

  /** Gives memory back at once, which a garbage collection would do later. What was read is gone. */
  release(): void {
    if (this.#buffer.length === KEPT_BYTES) return;
    this.#buffer.buffer.transfer(0);
    this.#buffer = Buffer.allocUnsafeSlow(KEPT_BYTES);
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}
