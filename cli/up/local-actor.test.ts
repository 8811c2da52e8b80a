import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { renderFolder } from "../commands/render.ts";
import { localActor } from "./local-actor.ts";
import { handlersBeside, localActors } from "./prepare.ts";

const handlers = mkdtempSync(join(tmpdir(), "asya-handlers-"));
mkdirSync(join(handlers, "read-page"));
afterAll(() => rmSync(handlers, { recursive: true }));

const example = (name: string) => renderFolder(join(import.meta.dirname, "../../examples", name));

test("an actor's own folder of code wins over the common one", async () => {
  const { actors } = await example("quickstart");
  const code = actors.map((actor) => [actor.name, localActor(actor, handlers).code]);
  expect(code).toEqual([
    ["caption-image", handlers],
    ["read-page", join(handlers, "read-page")],
    ["split-pages", handlers],
    ["store-result", handlers],
  ]);
});

test("the code of a folder's actors, and of one of its files, is in its folder handlers", () => {
  const folder = join(import.meta.dirname, "../../examples/quickstart");
  expect(handlersBeside(folder)).toBe(join(folder, "handlers"));
  expect(handlersBeside(join(folder, "read-page.yaml"))).toBe(join(folder, "handlers"));
  expect(handlersBeside(join(folder, "../pipeline"))).toBeUndefined();
});

test("end actors that a folder has not come from the crew, rendered like all others", async () => {
  const { actors, objects } = await example("quickstart");
  const ends = (await localActors(actors, objects, handlers)).slice(-2);
  expect(ends.map(({ name, ofCrew }) => [name, ofCrew])).toEqual([
    ["happy-end", true],
    ["error-end", true],
  ]);
  for (const { runtimeEnv, sidecarEnv } of ends) {
    expect(runtimeEnv).toContainEqual({ name: "ASYA_HANDLER_MODE", value: "envelope" });
    expect(sidecarEnv).toContainEqual({ name: "ASYA_IS_END_ACTOR", value: "true" });
  }
});

test("a folder with its own end actors keeps them, and the crew's code runs them", async () => {
  const { actors, objects } = await example("crew");
  const local = await localActors(actors, objects, undefined);
  expect(local.map(({ name }) => name)).toEqual(["error-end", "happy-end"]);
  expect(local[1]?.runtimeEnv).toContainEqual({ name: "ASYA_S3_BUCKET", value: "asya-results" });
  expect(local[1]?.code).toMatch(/crew$/);
});

test("what a pod has beside the two containers is named", async () => {
  const { actors } = await example("multi-container");
  expect(actors.flatMap((actor) => localActor(actor, handlers).notes)).not.toEqual([]);
});

test("an actor without code is refused with what to do", async () => {
  const { actors } = await example("no-scaling");
  expect(() => localActor(actors[0]!, undefined)).toThrow(
    /has no handler code - put it into a folder handlers/,
  );
});
