import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Platform {
  data: { transports: Record<string, unknown>; sidecar: unknown };
}

/**
 * The platform that `asya render` takes where none lies beside the actors: every transport of the examples in
 * compositions/platform and their sidecar, without defaults or limits of anybody's.
 */
export function builtInPlatformModule(root: string): string {
  const [rabbitmq, sqs] = ["rabbitmq", "sqs"].map(
    (name) => parse(readFileSync(join(root, `compositions/platform/${name}.yaml`), "utf8")) as Platform,
  );
  const data = {
    transports: { ...rabbitmq?.data.transports, ...sqs?.data.transports },
    sidecar: rabbitmq?.data.sidecar,
  };
  return `export const BUILT_IN_PLATFORM_DATA = ${JSON.stringify(data, undefined, 2)};\n`;
}
