/**
 * The TypeScript type of the values that a JSON Schema written `as const` admits, for the part of JSON Schema that
 * transports' configs use: objects with properties, maps, lists, enumerations and scalars.
 */
export type FromSchema<S> = S extends { enum: readonly (infer Member)[] }
  ? Member
  : S extends { type: "object"; properties: infer Properties }
    ? Flat<
        { [K in keyof Properties as K extends RequiredOf<S> ? K : never]: FromSchema<Properties[K]> } & {
          [K in keyof Properties as K extends RequiredOf<S> ? never : K]?: FromSchema<Properties[K]>;
        }
      >
    : S extends { type: "object"; additionalProperties: infer Values }
      ? Record<string, FromSchema<Values>>
      : S extends { type: "array"; items: infer Items }
        ? readonly FromSchema<Items>[]
        : S extends { type: keyof Scalars }
          ? Scalars[S["type"]]
          : unknown;

interface Scalars {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
}

type RequiredOf<S> = S extends { required: readonly (infer Name)[] } ? Name : never;

type Flat<T> = { [K in keyof T]: T[K] };
