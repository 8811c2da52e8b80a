import { expect, test } from "vitest";
import { importsOf, sourceFiles, type SourceFile } from "./sources.ts";

/**
 * Who may import whom. A file belongs to the longest room that its path begins with; it may always import its own room
 * and what stands here. `all` = every room.
 */
const MAY_IMPORT: Record<string, readonly string[] | "all"> = {
  "core/": [],
  "transports/": ["core/"],
  "transports/local/": ["core/", "transports/"],
  "transports/rabbitmq/": ["core/", "transports/"],
  "transports/sqs/": ["core/", "transports/"],
  "functions/asyncactor/compose/": ["core/", "transports/"],
  "functions/asyncactor/server/": ["core/"],
  "functions/asyncactor/": ["core/", "functions/asyncactor/compose/", "functions/asyncactor/server/"],
  "functions/krm/": ["core/", "functions/asyncactor/compose/", "argocd-plugin/"],
  "observer/": ["core/"],
  "argocd-plugin/": ["core/", "functions/asyncactor/compose/"],
  "sidecar/": ["core/", "transports/"],
  "gateway/": ["core/", "transports/"],
  "cli/": "all",
  "scripts/": "all",
  "test/": "all",
};
/** The registries: the only files of transports/ that know which transports there are. */
const REGISTRIES = ["transports/render.ts", "transports/clients.ts"];
/** Everybody may say which version he is. */
const VERSION = "package.json";
const PURE = /^(core|functions\/asyncactor\/compose)\/|^transports\/(?!.*client)/;
const MODULES_WITHOUT_IO = ["node:buffer", "node:crypto", "node:util"];
const OWNED_PACKAGES: Record<string, RegExp> = {
  amqplib: /^transports\/rabbitmq\/client|^test\/(conformance|bench\/messages)\//,
  "@aws-sdk/client-sqs": /^transports\/sqs\/client|^test\/(conformance|e2e\/aws)\//,
  "kpt-functions": /^functions\/krm\//,
};
const MAX_LINES = 350;

const all = sourceFiles();
const files = all.filter(({ path }) => !path.endsWith(".test.ts") && !isAtRoot(path));
const byPath = new Map(all.map((file) => [file.path, file]));

test("the house is read whole: type imports, re-exports and dynamic imports too", () => {
  const text = `
import type { A } from "./a.ts";
import {
  type B,
} from "./b.ts";
export { c } from "./c.ts";
export * from './d.ts';
import "./e.ts";
const f = await import("./f.ts");`;
  expect(importsOf(text)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"]);
  expect(files.length).toBeGreaterThan(50);
});

test("each file lies in a room of the table", () => {
  expect(files.map((file) => file.path).filter((path) => roomOf(path) === undefined)).toEqual([]);
});

test("rooms import only what the table allows", () => {
  const forbidden = edges().filter(({ from, to }) => {
    const room = roomOf(from)!;
    const allowed = MAY_IMPORT[room]!;
    const target = roomOf(to);
    if (allowed === "all" || target === room) return false;
    if (REGISTRIES.includes(from) && to.startsWith("transports/")) return false;
    if (to === VERSION) return false;
    return target === undefined || !allowed.includes(target);
  });
  expect(forbidden.map(arrow)).toEqual([]);
});

test("nobody imports a main.ts, tests neither", () => {
  const forbidden = all.flatMap((file) => file.imports.map((to) => ({ from: file.path, to })));
  expect(forbidden.filter(({ to }) => /(^|\/)main\.ts$/.test(to)).map(arrow)).toEqual([]);
});

test("what renders never reaches a broker's client, not even through other files", () => {
  const renderers = files.filter(({ path }) => /^transports\/(.*\/)?render\.ts$|\/compose\//.test(path));
  const reached = renderers.flatMap((file) =>
    [...reachable(file.path)]
      .filter((to) => /(^|\/)client[^/]*\.ts$/.test(to))
      .map((to) => ({ from: file.path, to })),
  );
  expect(reached.map(arrow)).toEqual([]);
});

test("core, compose and the transports' rendering do no I/O", () => {
  const pure = files.filter(({ path }) => PURE.test(path));
  expect(pure.flatMap((file) => ioModules(file).map((name) => `${file.path} -> ${name}`))).toEqual([]);
});

test("a broker's library and kpt-functions have one owner each", () => {
  const strays = files.flatMap((file) =>
    file.packages
      .filter((name) => OWNED_PACKAGES[name]?.test(file.path) === false)
      .map((name) => `${file.path} -> ${name}`),
  );
  expect(strays).toEqual([]);
});

test("imports have no cycles", () => {
  const inCycles = edges().filter(({ from, to }) => reachable(to).has(from));
  expect(inCycles.map(arrow)).toEqual([]);
});

test("no folder is called utils, common, helpers or lib", () => {
  const vague = all
    .map(({ path }) => path)
    .filter((path) => /(^|\/)(utils?|common|helpers?|lib|shared|misc)\//.test(path));
  expect(vague).toEqual([]);
});

test(`no hand-written file has more than ${MAX_LINES} lines`, () => {
  const long = all.filter(({ path, lines }) => lines > MAX_LINES && !path.includes("/generated/"));
  expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
});

function roomOf(path: string): string | undefined {
  const rooms = Object.keys(MAY_IMPORT).filter((room) => path.startsWith(room));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

function edges() {
  return files.flatMap((file) => file.imports.map((to) => ({ from: file.path, to })));
}

function reachable(start: string): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) for (const to of byPath.get(path)?.imports ?? []) seen.add(to);
  return seen;
}

function ioModules(file: SourceFile): string[] {
  return file.packages.filter((name) => name.startsWith("node:") && !MODULES_WITHOUT_IO.includes(name));
}

function isAtRoot(path: string): boolean {
  return !path.includes("/");
}

function arrow({ from, to }: { from: string; to: string }): string {
  return `${from} -> ${to}`;
}
