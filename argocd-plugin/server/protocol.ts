import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/**
 * Argo CD's protocol between repo-server and plugin (cmpserver/plugin/plugin.proto), the part that a plugin which an
 * Application names is asked for: the fields that it needs.
 */
const SERVICE = "/plugin.ConfigManagementPluginService/";

/** What comes first in a stream: whose archive follows. */
export interface Metadata {
  appName: string;
  /** The Application's folder in the archive. */
  appRelPath: string;
  /** SHA-256 of the archive, hexadecimal. */
  checksum: string;
  /** Bytes of the archive. */
  size: number;
  env: Record<string, string>;
}

export type StreamPart = { metadata: Metadata } | { chunk: Uint8Array };

export interface Announcement {
  name: string;
  title: string;
  tooltip: string;
  collectionType: string;
  string: string;
}

const FIRST_BYTES = 64 * 1_024;

const same = (bytes: Buffer) => bytes;
const encoded = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
const call = (name: string, requestStream: boolean) => ({
  path: `${SERVICE}${name}`,
  requestStream,
  responseStream: false as const,
  requestSerialize: encoded,
  requestDeserialize: same,
  responseSerialize: encoded,
  responseDeserialize: same,
});

/** For grpc-js; messages are bytes, coded by the functions below. */
export const PLUGIN_SERVICE = {
  generateManifest: call("GenerateManifest", true),
  checkPluginConfiguration: call("CheckPluginConfiguration", false),
  matchRepository: call("MatchRepository", true),
  getParametersAnnouncement: call("GetParametersAnnouncement", true),
};

/** @throws {Error} where it is no message of this kind. */
export function decodePart(bytes: Uint8Array): StreamPart {
  const reader = new BinaryReader(bytes);
  let part: StreamPart = { chunk: new Uint8Array() };
  fields(reader, {
    1: () => (part = { metadata: decodeMetadata(reader.bytes()) }),
    2: () => {
      const file = new BinaryReader(reader.bytes());
      fields(file, { 1: () => (part = { chunk: file.bytes() }) });
    },
  });
  return part;
}

function decodeMetadata(bytes: Uint8Array): Metadata {
  const reader = new BinaryReader(bytes);
  const metadata: Metadata = { appName: "", appRelPath: "", checksum: "", size: 0, env: {} };
  fields(reader, {
    1: () => (metadata.appName = reader.string()),
    2: () => (metadata.appRelPath = reader.string()),
    3: () => (metadata.checksum = reader.string()),
    4: () => (metadata.size = Number(reader.int64())),
    5: () => {
      const entry = new BinaryReader(reader.bytes());
      let [name, value] = ["", ""];
      fields(entry, { 1: () => (name = entry.string()), 2: () => (value = entry.string()) });
      metadata.env[name] = value;
    },
  });
  return metadata;
}

function fields(reader: BinaryReader, known: Readonly<Record<number, () => unknown>>): void {
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const read = known[field];
    if (read === undefined) reader.skip(type, field);
    else read();
  }
}

export function encodePart(part: StreamPart): Uint8Array {
  const writer = new BinaryWriter();
  if ("chunk" in part) {
    const file = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(part.chunk).finish();
    return writer.tag(2, WireType.LengthDelimited).bytes(file).finish();
  }
  const { appName, appRelPath, checksum, size, env } = part.metadata;
  const metadata = new BinaryWriter();
  for (const [field, text] of [appName, appRelPath, checksum].entries())
    metadata.tag(field + 1, WireType.LengthDelimited).string(text);
  metadata.tag(4, WireType.Varint).int64(size);
  for (const [name, value] of Object.entries(env)) {
    const entry = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
    metadata
      .tag(5, WireType.LengthDelimited)
      .bytes(entry.tag(2, WireType.LengthDelimited).string(value).finish());
  }
  return writer.tag(1, WireType.LengthDelimited).bytes(metadata.finish()).finish();
}

/**
 * n.b. the writer would keep all manifests beside the message until it is finished.
 *
 * @param manifests - JSON each.
 */
export function encodeManifests(manifests: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  let message = new Uint8Array(FIRST_BYTES);
  let length = 0;
  const append = (bytes: Uint8Array) => {
    if (length + bytes.length > message.length) {
      const larger = new Uint8Array(Math.max(length + bytes.length, Math.ceil(message.length * 1.5)));
      larger.set(message.subarray(0, length));
      message = larger;
    }
    message.set(bytes, length);
    length += bytes.length;
  };
  for (const manifest of manifests) {
    append(new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(manifest.length).finish());
    append(manifest);
  }
  append(new BinaryWriter().tag(2, WireType.LengthDelimited).string("Plugin").finish());
  return message.subarray(0, length);
}

export function decodeManifests(bytes: Uint8Array): string[] {
  const reader = new BinaryReader(bytes);
  const manifests: string[] = [];
  fields(reader, { 1: () => manifests.push(reader.string()) });
  return manifests;
}

/** Neither discovery nor Git credentials: all fields have protobuf's defaults. */
export const PLAIN_CONFIGURATION = new Uint8Array();
/** isSupported. */
export const SUPPORTED = new BinaryWriter().tag(1, WireType.Varint).bool(true).finish();

/** As in reposerver/repository/repository.proto: ParameterAnnouncement. */
export function encodeAnnouncements(announcements: readonly Announcement[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { name, title, tooltip, collectionType, string } of announcements) {
    const one = new BinaryWriter();
    const texts = [
      [1, name],
      [2, title],
      [3, tooltip],
      [6, collectionType],
      [7, string],
    ] as const;
    for (const [field, text] of texts) one.tag(field, WireType.LengthDelimited).string(text);
    writer.tag(1, WireType.LengthDelimited).bytes(one.finish());
  }
  return writer.finish();
}
