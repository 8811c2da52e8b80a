import { expect, test } from "vitest";
import { parseEnvelope } from "../core/envelope.ts";
import { progressReport, succeededReport } from "./report-bodies.ts";

test("whatever an id is made of, its reports have a path", () => {
  const envelope = (id: string) =>
    parseEnvelope(Buffer.from(JSON.stringify({ id, route: { actors: [], current: 0 }, payload: 1 })));
  for (const id of ["e 1", "a/b?c#d", "é", "half \ud800 a pair", "\udfff"]) {
    const paths = [progressReport(envelope(id), "received"), succeededReport(envelope(id), Buffer.from("1"))];
    for (const { path } of paths) {
      expect(new URL(path, "http://gateway").pathname).toBe(path);
      expect(path).toMatch(/^\/envelopes\/[^/]+\/(progress|final)$/);
    }
  }
});
