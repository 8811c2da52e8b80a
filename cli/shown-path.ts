import { dirname, relative } from "node:path";
import { statSync } from "node:fs";

/** A path as people and terminals take it: from where they are, unless it lies elsewhere. */
export function shownPath(path: string): string {
  const nearby = relative(process.cwd(), path);
  return nearby === "" || nearby.startsWith("..") ? path : nearby;
}

/** What stands before the names of files that are found in `path`, a folder or a file: "" or something that ends in "/". */
export function shownPrefix(path: string): string {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const folder = shownPath(isFile ? dirname(path) : path).replace(/\/+$/, "");
  return folder === "." ? "" : `${folder}/`;
}
