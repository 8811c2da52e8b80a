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
