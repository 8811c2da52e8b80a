import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Of reposerver/repository/repository.proto: what Argo CD's controller asks its repo-server. */
export const GENERATE_MANIFEST = "/repository.RepoServerService/GenerateManifest";

/** @param asked - a local repository and a commit of it; the Application's folder; `spec.source.plugin.name`. */
export function manifestRequest(asked: {
  repository: string;
  revision: string;
  path: string;
  plugin: string;
}): Uint8Array {
  const url = `file://${asked.repository}`;
  const plugin = text(1, asked.plugin);
  const source = [text(1, url), text(2, asked.path), text(4, asked.revision), message(11, plugin)];
  return joined([
    message(1, text(1, url)),
    text(2, asked.revision),
    text(5, "bench"),
    text(8, "default"),
    message(10, joined(source)),
    text(14, "1.36.0"),
    text(19, "annotation"),
    text(25, "default"),
  ]);
}

/** How many objects a ManifestResponse has. @throws {Error} where it is none. */
export function manifestCount(response: Uint8Array): number {
  const reader = new BinaryReader(response);
  let count = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) count++;
    reader.skip(type, field);
  }
  return count;
}

function text(field: number, value: string): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).string(value).finish();
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(bytes).finish();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
