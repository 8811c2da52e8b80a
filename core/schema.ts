/**
 * The part of JSON Schema that the XRD, Kubernetes' OpenAPI and the platform's settings use. Objects are closed as in a
 * structural schema of Kubernetes: with `properties` and neither `additionalProperties` nor preserve-unknown, any other
 * field is unknown. Inside allOf, anyOf, oneOf, not and if only an explicit `additionalProperties: false` closes.
 */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
  readonly description?: string;
  readonly title?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-validations"?: readonly Validation[];
  /** What `pattern` asks for, in words. */
  readonly "x-asya-pattern"?: string;
  /** The field came after the oldest Kubernetes that we support. */
  readonly "x-asya-newer"?: boolean;
  readonly [keyword: `x-${string}`]: unknown;
}

/** A CEL rule of a structural schema. */
export interface Validation {
  readonly rule: string;
  readonly message?: string;
  readonly fieldPath?: string;
}
