import { type RunFunctionResponse, Severity } from "@crossplane-org/function-sdk-typescript";
import { isObject } from "../core/json.ts";
import type { Manifest } from "../core/manifest.ts";

/** One rendered actor, as the function answers it. */
export interface RenderedActor {
  name: string;
  namespace: string;
  /** By resource key. */
  objects: Readonly<Record<string, Manifest>>;
  /** `status.effective`. */
  effective: Record<string, unknown>;
  /** Findings that are no errors, a line each. */
  warnings: readonly string[];
}

/** What the function refused, in its own words: a line per finding. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/**
 * A function's answer as people look at it.
 *
 * @throws {RefusedError} where it renders nothing.
 */
export function renderedActor(
  actor: Readonly<Record<string, unknown>>,
  response: RunFunctionResponse,
): RenderedActor {
  const refused = response.results.filter(({ severity }) => severity === Severity.SEVERITY_FATAL);
  const resources = Object.entries(response.desired?.resources ?? {});
  if (refused.length > 0 || resources.length === 0) {
    const said = refused.length > 0 ? refused : response.results;
    throw new RefusedError(said.map(({ message }) => message).join("\n"));
  }
  const metadata = isObject(actor["metadata"]) ? actor["metadata"] : {};
  const status: unknown = response.desired?.composite?.resource?.["status"];
  const effective = isObject(status) && isObject(status["effective"]) ? status["effective"] : {};
  return {
    name: String(metadata["name"]),
    namespace: typeof metadata["namespace"] === "string" ? metadata["namespace"] : "default",
    objects: Object.fromEntries(resources.map(([key, { resource }]) => [key, resource as Manifest])),
    effective,
    warnings: response.results.map(({ message }) => message),
  };
}
