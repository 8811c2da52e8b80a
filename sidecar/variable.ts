import { type Environment, SettingError } from "../core/env.ts";

/** One variable of the environment: how it is read, and what people are told of it. */
export interface Variable<Value> {
  name: string;
  /** What it may say, in words. */
  type: string;
  /** The text that counts where it is not set. */
  fallback: string | undefined;
  doc: string;
  /** undefined = not set, and there is no fallback. */
  parse(text: string | undefined): Value;
}

type Parse<Value> = (name: string, text: string) => Value;

interface Words {
  type: string;
  doc: string;
}

export function required<Value>(name: string, parse: Parse<Value>, words: Words): Variable<Value> {
  return {
    name,
    ...words,
    fallback: undefined,
    parse(text) {
      if (text === undefined) throw new SettingError(name, `must be set: ${words.doc}`);
      return parse(name, text);
    },
  };
}

export function withFallback<Value>(
  name: string,
  fallback: string,
  parse: Parse<Value>,
  words: Words,
): Variable<Value> {
  return { name, ...words, fallback, parse: (text) => parse(name, text ?? fallback) };
}

export function optional<Value>(
  name: string,
  parse: Parse<Value>,
  words: Words,
): Variable<Value | undefined> {
  return {
    name,
    ...words,
    fallback: undefined,
    parse: (text) => (text === undefined ? undefined : parse(name, text)),
  };
}

type Table = Readonly<Record<string, Variable<unknown>>>;
export type Values<T extends Table> = { -readonly [Key in keyof T]: ReturnType<T[Key]["parse"]> };

/**
 * @param meansEmpty - variables whose empty text is a value; of all others it means that they are not set.
 * @throws {SettingError} for the first variable that does not parse.
 */
export function readVariables<T extends Table>(
  table: T,
  env: Environment,
  meansEmpty: readonly string[] = [],
): Values<T> {
  const entries = Object.entries(table).map(([key, variable]) => {
    const text = env[variable.name];
    const isSet = text !== undefined && (text !== "" || meansEmpty.includes(variable.name));
    return [key, variable.parse(isSet ? text : undefined)];
  });
  return Object.fromEntries(entries) as Values<T>;
}
