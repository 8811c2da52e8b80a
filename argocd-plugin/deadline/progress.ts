/** What the plugin is at, for whoever must say what took so long. */
export interface Step {
  phase: "building" | "reading" | "judging" | "printing";
  /** Of `of` things: files when reading, objects else. */
  done: number;
  of: number;
  /** Where the next one stands; empty where it is none in particular. */
  file: string;
  /** Of what has to be read. */
  bytes?: number;
}

export type Progress = (step: Step) => void;

export const UNWATCHED: Progress = () => undefined;
