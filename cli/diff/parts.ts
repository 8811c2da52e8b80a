/** The four things that a change is told of. */
export type Part = "queue" | "access" | "workload" | "scaler";

/** The part that a composed object belongs to, by its resource key (SPEC section 8). */
export function partOf(key: string): Part {
  if (/-(queue|dlq)$/.test(key)) return "queue";
  if (key === "deployment" || key === "statefulset") return "workload";
  return key === "scaled-object" || key === "trigger-authentication" ? "scaler" : "access";
}

/** One change in plain words. */
export interface Words {
  part: Part;
  text: string;
}
