import type { FindingCode } from "../../core/findings.ts";

/** Where the members of one mapping or list stand: offsets into the document's text. */
export type Recorder = (
  container: object,
  member: string | number,
  keyOffset: number,
  valueOffset: number,
) => void;

/** Something wrong with a document, at an offset of its text. */
export interface Problem {
  code: FindingCode;
  offset: number;
  message: string;
  fix: string;
}

/** A parsed document; `empty` where it has nothing but comments. */
export type Parsed =
  | { kind: "empty" }
  | { kind: "value"; value: unknown; offset: number; problems: Problem[]; expansion: number }
  | { kind: "broken"; problems: Problem[] };
