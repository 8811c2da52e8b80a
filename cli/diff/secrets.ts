import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../core/json.ts";

/** Variables whose literal value is more likely a secret than not. */
const SECRET_NAME = /passw|secret|token|credential|api_?key|private_?key|access_?key/i;

const HIDDEN = "(not shown)";
const HIDDEN_NEW = "(not shown, another one)";

/**
 * Two versions of an object without what must not be shown: the values of a Secret, and the literal values of variables
 * that are called like secrets. Two values that differ still do.
 */
export function withoutSecrets<T>(before: T, after: T): [T, T] {
  return [hidden(before, undefined), hidden(after, before)] as [T, T];
}

/** `other` = the version before, to tell the same value from another one. */
function hidden(value: unknown, other: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, at) => hidden(item, counterpart(item, at, other)));
  if (!isObject(value)) return value;
  if (isSecretVariable(value)) return { ...value, value: shownAs(value.value, valueOf(other)) };
  if (value["kind"] === "Secret") return secretObject(value, other);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      hidden(member, isObject(other) ? other[key] : undefined),
    ]),
  );
}

function secretObject(secret: Record<string, unknown>, other: unknown): Record<string, unknown> {
  const masked = (field: "data" | "stringData") => {
    const members = secret[field];
    const before = isObject(other) ? other[field] : undefined;
    if (!isObject(members)) return {};
    return {
      [field]: Object.fromEntries(
        Object.entries(members).map(([key, member]) => [
          key,
          shownAs(member, isObject(before) ? before[key] : undefined),
        ]),
      ),
    };
  };
  const { metadata, ...rest } = secret;
  return { ...rest, metadata: withoutLastApplied(metadata), ...masked("data"), ...masked("stringData") };
}

/** n.b. kubectl apply keeps a copy of the whole object there, values included. */
function withoutLastApplied(metadata: unknown): unknown {
  if (!isObject(metadata) || !isObject(metadata["annotations"])) return metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...annotations } = metadata["annotations"];
  return { ...metadata, annotations };
}

interface Variable {
  name: string;
  value: unknown;
}

function isSecretVariable(item: unknown): item is Variable & Record<string, unknown> {
  return (
    isObject(item) && typeof item["name"] === "string" && "value" in item && SECRET_NAME.test(item["name"])
  );
}

/** The entry of the list before that has the same name, else the one at the same place. */
function counterpart(item: unknown, at: number, list: unknown): unknown {
  if (!Array.isArray(list)) return undefined;
  const name = isObject(item) ? item["name"] : undefined;
  if (typeof name !== "string") return list[at];
  return list.find((other: unknown) => isObject(other) && other["name"] === name);
}

function valueOf(variable: unknown): unknown {
  return isObject(variable) ? variable["value"] : undefined;
}

function shownAs(value: unknown, before: unknown): string {
  return before === undefined || isDeepStrictEqual(value, before) ? HIDDEN : HIDDEN_NEW;
}
