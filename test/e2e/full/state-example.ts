import type { State } from "../../../functions/asyncactor/compose/state.ts";
import type { ActorOptions } from "../actors.ts";
import type { World } from "../world.ts";

/** A real cause that brings an actor into a state. */
export interface Example {
  cause: string;
  name: string;
  actor: ActorOptions;
  /** What `status.message` must say. */
  message: RegExp;
  /** What was there before the actor. */
  before?: (world: World, name: string) => unknown;
  /** What happens to the actor once it is in another state. */
  once?: { state: State; event: (world: World, name: string) => unknown };
  withinMs?: number;
}

export type Examples<Word extends State> = Readonly<Record<Word, readonly [Example, ...Example[]]>>;
