/** A CEL rule of the XRD and the level of the schema where it stands. */
export interface Rule {
  /** Steps from the object's root: a property's name, `[]` for each item of a list, `{}` for each member of a map. */
  readonly path: readonly string[];
  readonly rule: string;
  readonly message: string;
  /** The field that a finding points at, from the level: `.workload.kind`. */
  readonly fieldPath?: string;
  /** Compares with the old object: evaluated at an update only, and only where the level existed before. */
  readonly transition: boolean;
}
