import { type Finding, finding } from "../../core/finding.ts";
import type { Limits } from "./limits.ts";
import type { Problem } from "./parsed.ts";

export function tooDeep(offset: number, limits: Limits): Problem {
  const message = `nested deeper than ${limits.depth} levels`;
  return {
    code: "E003",
    offset,
    message,
    fix: "no Kubernetes object is that deep; look for a generator gone wrong",
  };
}

export function tooMany(what: "members" | "tokens", offset: number, limits: Limits): Problem {
  const message = `this document has more than ${limits[what]} ${what}`;
  return { code: "E003", offset, message, fix: "split it into several documents" };
}

export function tooLong(offset: number, limits: Limits): Problem {
  const message = `this value has more than ${limits.scalar} characters`;
  return {
    code: "E003",
    offset,
    message,
    fix: "Kubernetes stores no object of that size; keep it elsewhere",
  };
}

export function tooLargeFile(file: string, bytes: number, limits: Limits): Finding {
  const message = `a file of ${mebibytes(bytes)} is over the limit of ${mebibytes(limits.fileBytes)}`;
  return about(file, message, "split it, or keep it outside of this folder");
}

export function tooLargeFolder(file: string, limits: Limits): Finding {
  const message = `with this file the folder is over the limit of ${mebibytes(limits.folderBytes)}`;
  return about(file, message, "make several Applications of it");
}

export function tooManyEntries(file: string, limits: Limits): Finding {
  const message = `here the folder has more than ${limits.entries} files and folders`;
  return about(file, message, "make several Applications of it, or keep other files elsewhere");
}

export function tooManyDocuments(file: string, line: number, limits: Limits): Finding {
  const message = `here the folder has more than ${limits.documents} documents, empty ones counted`;
  return { ...about(file, message, "make several Applications of it"), line };
}

function about(file: string, message: string, fix: string): Finding {
  return { ...finding("E003", [], message, fix), file, line: 1, column: 1 };
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
