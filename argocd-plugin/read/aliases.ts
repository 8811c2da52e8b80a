import type { Alias } from "yaml";
import { quoteValue } from "../../core/finding.ts";
import type { Report } from "./convert-scalar.ts";
import type { Limits } from "./limits.ts";

/** A converted node; `size` and `depth` count what it is when its aliases are written out. */
export interface Converted {
  value: unknown;
  size: number;
  depth: number;
}

/** The value of an alias that has its finding already. */
export const REFUSED = undefined;

/** The anchors of a document, and how much their aliases add. */
export class Aliases {
  /** Characters and nodes that were added. */
  expansion = 0;
  #refused = false;
  readonly #anchors = new Map<string, Converted | "open">();
  readonly #limits: Limits;
  readonly #maxExpansion: number;
  readonly #report: Report;

  constructor(limits: Limits, maxExpansion: number, report: Report) {
    this.#limits = limits;
    this.#maxExpansion = maxExpansion;
    this.#report = report;
  }

  /** The node with this anchor begins. */
  open(anchor: string): void {
    this.#anchors.set(anchor, "open");
  }

  /** It has ended; `depth` is that of the node itself. */
  close(anchor: string, converted: Converted, depth: number): void {
    this.#anchors.set(anchor, { ...converted, depth: converted.depth - depth });
  }

  /** What an alias at this depth stands for. */
  resolve(alias: Alias, depth: number): Converted {
    const target = this.#anchors.get(alias.source);
    if (target !== undefined && target !== "open") return this.#expand(alias, target, depth);
    const name = quoteValue(alias.source);
    if (target === "open")
      this.#report("E001", alias, `the anchor ${name} contains itself`, "remove the alias");
    else {
      const fix = "define it before, in the same document, with &";
      this.#report("E001", alias, `no anchor for the alias ${name}`, fix);
    }
    return { value: REFUSED, size: 1, depth };
  }

  #expand(alias: Alias, target: Converted, depth: number): Converted {
    this.expansion += target.size;
    const tooBig = this.expansion > this.#maxExpansion;
    if (!tooBig && depth + target.depth <= this.#limits.depth)
      return { ...target, depth: depth + target.depth };
    const { expansion, depth: levels } = this.#limits;
    const message = tooBig
      ? `aliases expand to more than ${expansion} characters and nodes`
      : `aliases nest deeper than ${levels} levels`;
    if (!this.#refused)
      this.#report("E003", alias, message, "write out what is meant, with fewer aliases of aliases");
    this.#refused = true;
    return { value: REFUSED, size: 1, depth };
  }
}
