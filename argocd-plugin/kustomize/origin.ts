import { posix } from "node:path";
import { isObject } from "../../core/json.ts";

/** n.b. kustomize writes it where a kustomization has `buildMetadata: [originAnnotations]`. */
const ANNOTATION = "config.kubernetes.io/origin";

/**
 * The file that an object was made of, as kustomize says it; undefined where it says none.
 *
 * @param prefix - of files in the folder that was built.
 */
export function originFile(object: Readonly<Record<string, unknown>>, prefix: string): string | undefined {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const annotations = isObject(metadata["annotations"]) ? metadata["annotations"] : {};
  const origin = annotations[ANNOTATION];
  if (typeof origin !== "string") return undefined;
  const path = /^(?:path|configuredIn): (['"]?)(.+)\1$/m.exec(origin)?.[2];
  return path === undefined ? undefined : posix.join(prefix, path);
}
