import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  layoutOf,
  makeSocketFolders,
  occupy,
  runningIn,
  socketFolders,
  tellRunning,
} from "./state-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "asya-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LONGEST_NAME = "a".repeat(54);

test("sockets lie under the state folder as long as an operating system takes their paths", () => {
  expect(socketFolders("/home/me/project/.asya/sockets", ["read-page"])).toEqual(
    new Map([["read-page", "/home/me/project/.asya/sockets/read-page"]]),
  );
  expect(socketFolders(`/${"x".repeat(60)}`, [LONGEST_NAME])).toBeUndefined();
});

test("in a folder that lies too deep sockets get a temporary one, which is gone afterwards", () => {
  const deep = layoutOf(join(folder, "d".repeat(90)));
  const { folders, remove } = makeSocketFolders(deep, ["read-page"]);
  const path = folders.get("read-page")!;
  expect(path.length).toBeLessThan(80);
  expect(statSync(path).isDirectory()).toBe(true);
  remove();
  expect(() => statSync(path)).toThrow(/ENOENT/);
});

test("a state folder belongs to one process at a time, and to nobody once that has ended, however it ended", () => {
  const layout = layoutOf(join(folder, "state"));
  const killed = `import { occupy } from ${JSON.stringify(resolve(import.meta.dirname, "state-folder.ts"))};
    occupy(${JSON.stringify(layout)}); process.kill(process.pid, "SIGKILL");`;
  const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", killed]);
  expect(signal).toBe("SIGKILL");
  const first = occupy(layout);
  tellRunning(layout, { pid: 4711, url: "http://127.0.0.1:1/secret" });
  expect(() => occupy(layout)).toThrow(
    `${layout.folder} belongs to an \`asya up\` that is running (process 4711) - stop that one, or name another folder with --state`,
  );
  first.release();
  expect(runningIn(layout)).toBeUndefined();
  occupy(layout).release();
});

test("only its owner may read the address, which holds a secret", () => {
  const layout = layoutOf(join(folder, "secret"));
  const occupied = occupy(layout);
  tellRunning(layout, { pid: 1, url: "http://127.0.0.1:1/secret" });
  expect(statSync(layout.running).mode & 0o077).toBe(0);
  occupied.release();
});

test("a state folder that cannot be written is named, with what to do", () => {
  expect(() => occupy(layoutOf("/dev/null/state"))).toThrow(
    "the state folder cannot be written: ENOTDIR: not a directory, mkdir '/dev/null/state' - name another with --state",
  );
});
