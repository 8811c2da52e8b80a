import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** How much the heap may grow before what a document left behind is cleared away. */
const GROWTH_BYTES = 16 << 20;

/** n.b. left to itself V8 clears away late: it lets the heap double first, and large files with it. */
export class Garbage {
  #heapBytes = getHeapStatistics().used_heap_size;
  #collect: (() => void) | undefined;

  /** To be called where nothing large is in use. */
  clear(): void {
    if (getHeapStatistics().used_heap_size < this.#heapBytes + GROWTH_BYTES) return;
    this.#collect ??= collector();
    this.#collect();
    this.#heapBytes = getHeapStatistics().used_heap_size;
  }
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return process.getBuiltinModule("node:vm").runInNewContext("gc") as () => void;
}
