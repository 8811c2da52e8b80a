import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { answerFolder, type CallAnswer, refusal } from "./answer-folder.ts";
import { ArchiveError, checkAnnounced, unpack } from "./archive.ts";
import type { AnswerCache } from "./cache.ts";
import type { Parts } from "./parts.ts";
import { decodePart, type Metadata } from "./protocol.ts";
import type { AnswerProcesses } from "./processes.ts";

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

/** Of YAML and JSON: a hundred actors; answered sooner than a process starts. */
const SMALL_BYTES = 128 * 1_024;

/**
 * Answers one GenerateManifest call: unpacks what is streamed, asks the plugin's engine, and forgets the files.
 *
 * @param place - a folder for files of calls.
 * @param processes - for large folders; without them all are answered here.
 */
export async function generateCall(
  parts: Parts,
  place: string,
  cache: AnswerCache<CallAnswer>,
  processes: AnswerProcesses | undefined,
): Promise<CallResult> {
  const folder = await mkdtemp(join(place, "call-"));
  try {
    const metadata = await firstPart(parts);
    checkAnnounced(metadata.size);
    const archive = Readable.from(chunks(parts), { objectMode: false });
    const { checksum, content, packedBytes, keptBytes } = await unpack(archive, folder, metadata.size);
    if (metadata.checksum !== "" && metadata.checksum !== checksum)
      throw new ArchiveError("the archive was damaged on its way: its checksum differs");
    const question = questionOf(content, metadata);
    const known = cache.get(question);
    const { appName } = metadata;
    if (known !== undefined) return { answer: known, cached: true, packedBytes, appName };
    const asked = { folder, appRelPath: metadata.appRelPath, env: metadata.env };
    const answer =
      processes === undefined || keptBytes <= SMALL_BYTES
        ? await answerFolder(asked)
        : await processes.answer(asked, parts.signal);
    // n.b. A refusal may be of the moment: a build that took too long, a kustomize that was not there.
    if ("manifests" in answer) cache.set(question, answer, answer.manifests.length);
    return { answer, cached: false, packedBytes, appName };
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    await parts.drain(DRAIN_MS);
    return { answer: refusal(error.message), cached: false, packedBytes: 0, appName: "" };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
