import { join, normalize } from "node:path";
import { answerFor } from "../answer.ts";
import { ParameterError, readParameters } from "../parameters.ts";
import { textReport } from "../report.ts";
import { encodeManifests, type Metadata } from "./protocol.ts";

/** Objects in the protocol's form, or why there are none: the plugin's text, which Argo CD shows. */
export type CallAnswer = { manifests: Uint8Array<ArrayBuffer> } | { refusal: string };

/** n.b. an answer stands in memory up to five times: read, written, on its way between processes and to repo-server, kept. */
const MAX_ANSWER_BYTES = 24 * 2 ** 20;

/** An unpacked repository, and what is asked of it. */
export type FolderQuestion = Pick<Metadata, "appRelPath" | "env"> & { folder: string };

class AnswerError extends Error {
  override name = "AnswerError";
}

/** The answer of the plugin's engine, as the plugin gives it in a process of its own. */
export async function answerFolder({ folder, appRelPath, env }: FolderQuestion): Promise<CallAnswer> {
  const path = normalize(appRelPath === "" ? "." : appRelPath);
  if (path.startsWith("..") || path.startsWith("/"))
    return refusal(`the Application's path leads out of the repository: ${JSON.stringify(appRelPath)}`);
  try {
    const { objects, findings, files, stops } = await answerFor(join(folder, path), {
      parameters: readParameters(env["ARGOCD_APP_PARAMETERS"], {}),
      destination: env["ARGOCD_APP_NAMESPACE"] || undefined,
      sourcePath: path,
      notes: false,
    });
    if (stops) return { refusal: textReport(findings, files).trimEnd() };
    return { manifests: encodeManifests(manifestsOf(objects)) };
  } catch (error) {
    if (error instanceof ParameterError || error instanceof AnswerError) return refusal(error.message);
    throw error;
  }
}

export function refusal(words: string): CallAnswer {
  return { refusal: `asya-plugin: ${words}` };
}

/** Each is written when it is its turn. */
function* manifestsOf(objects: readonly { json: Buffer }[]): Generator<Uint8Array> {
  let bytes = 0;
  for (const { json } of objects) {
    bytes += json.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new AnswerError(
        `the Application's objects take more than ${MAX_ANSWER_BYTES >> 20} MiB of JSON - make several Applications of it`,
      );
    yield json.at(-1) === 10 ? json.subarray(0, -1) : json;
  }
}
