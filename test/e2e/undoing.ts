import { tell } from "./story.ts";

/** Remembers how something that is about to be made is taken away again. */
export type Undo = (what: string, step: () => unknown) => void;

/** What a run has made, in order. */
export class Undoing {
  readonly #steps: { what: string; step: () => unknown }[] = [];

  readonly add: Undo = (what, step) => void this.#steps.push({ what, step });

  /**
   * The newest first; one that fails does not keep the others.
   *
   * @throws {AggregateError} that names what is left.
   */
  async all(): Promise<void> {
    const failures: Error[] = [];
    for (const { what, step } of this.#steps.splice(0).toReversed()) {
      try {
        await step();
      } catch (cause) {
        tell(`${what} is left behind: ${(cause as Error).message}`);
        failures.push(new Error(`${what} is left behind`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "not everything could be taken away");
  }
}
