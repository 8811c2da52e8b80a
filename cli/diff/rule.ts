import type { RiskCode } from "./risks.ts";
import type { Rendered, SideActor } from "./side.ts";

/** An actor that both sides have and can render. */
export interface Sides {
  before: SideActor & { rendered: Rendered };
  after: SideActor & { rendered: Rendered };
}

export interface Pair extends Sides {
  /** What the function makes of the new actor where the base's objects exist. */
  afterwards: Pick<SideActor, "rendered" | "errors">;
}

/** A rule's answer; without `fix` the table's counts. */
export interface Mark {
  code: RiskCode;
  message: string;
  fix?: string;
}

/** What a rule says of one actor. */
export type Rule = (pair: Pair) => Mark[];
