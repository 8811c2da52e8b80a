import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join, normalize } from "node:path";
import { Readable } from "node:stream";
import { answerFor } from "../answer.ts";
import { ParameterError, readParameters } from "../parameters.ts";
import { textReport } from "../report.ts";
import { ArchiveError, checkAnnounced, unpack } from "./archive.ts";
import type { AnswerCache } from "./cache.ts";
import type { Parts } from "./parts.ts";
import { decodePart, encodeManifests, type Metadata } from "./protocol.ts";

/** Objects in the protocol's form, or why there are none: the plugin's text, which Argo CD shows. */
export type CallAnswer = { manifests: Uint8Array } | { refusal: string };

export interface CallResult {
  answer: CallAnswer;
  cached: boolean;
  packedBytes: number;
  appName: string;
}

/** The environment that an answer depends on. */
const ASKED = ["ARGOCD_APP_PARAMETERS", "ARGOCD_APP_NAMESPACE", "ARGOCD_APP_SOURCE_PATH"] as const;

/** n.b. a repo-server that still sends when it is answered says only "error sending stream: EOF" (util/cmp/stream.go). */
const DRAIN_MS = 5_000;

/**
 * Answers one GenerateManifest call: unpacks what is streamed, asks the plugin's engine, and forgets the files.
 *
 * @param place - a folder for files of calls.
 */
export async function generateCall(
  parts: Parts,
  place: string,
  cache: AnswerCache<CallAnswer>,
): Promise<CallResult> {
  const folder = await mkdtemp(join(place, "call-"));
  try {
    const metadata = await firstPart(parts);
    checkAnnounced(metadata.size);
    const archive = Readable.from(chunks(parts), { objectMode: false });
    const { checksum, content, packedBytes } = await unpack(archive, folder, metadata.size);
    if (metadata.checksum !== "" && metadata.checksum !== checksum)
      throw new ArchiveError("the archive was damaged on its way: its checksum differs");
    const question = questionOf(content, metadata);
    const known = cache.get(question);
    const { appName } = metadata;
    if (known !== undefined) return { answer: known, cached: true, packedBytes, appName };
    const answer = await ask(folder, metadata);
    cache.set(question, answer, "manifests" in answer ? answer.manifests.length : answer.refusal.length);
    return { answer, cached: false, packedBytes, appName };
  } catch (error) {
    if (!(error instanceof ArchiveError || error instanceof ParameterError)) throw error;
    await parts.drain(DRAIN_MS);
    return {
      answer: { refusal: `asya-plugin: ${error.message}` },
      cached: false,
      packedBytes: 0,
      appName: "",
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(folder: string, { appRelPath, env }: Metadata): Promise<CallAnswer> {
  const path = normalize(appRelPath === "" ? "." : appRelPath);
  if (path.startsWith("..") || path.startsWith("/"))
    throw new ArchiveError(
      `the Application's path leads out of the repository: ${JSON.stringify(appRelPath)}`,
    );
  const { objects, findings, files, stops } = await answerFor(join(folder, path), {
    parameters: readParameters(env["ARGOCD_APP_PARAMETERS"], {}),
    destination: env["ARGOCD_APP_NAMESPACE"] || undefined,
    sourcePath: path,
    notes: false,
  });
  if (stops) return { refusal: textReport(findings, files).trimEnd() };
  return { manifests: encodeManifests(objects.map(({ json }) => withoutNewline(json))) };
}

function questionOf(content: string, { appRelPath, env }: Metadata): string {
  const asked = ASKED.map((name) => env[name] ?? "");
  return createHash("sha256")
    .update(JSON.stringify([content, appRelPath, ...asked]))
    .digest("hex");
}

async function firstPart(parts: Parts): Promise<Metadata> {
  const first = await parts.next();
  const part = first.done === true ? undefined : decodePart(first.value);
  if (part === undefined || !("metadata" in part))
    throw new ArchiveError("the stream does not begin with the request's metadata");
  return part.metadata;
}

async function* chunks(parts: Parts): AsyncGenerator<Uint8Array> {
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    const part = decodePart(next.value);
    if ("chunk" in part) yield part.chunk;
  }
}

function withoutNewline(json: Buffer): Uint8Array {
  return json.at(-1) === 10 ? json.subarray(0, -1) : json;
}
