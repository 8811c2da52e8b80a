import { posix } from "node:path";
import { isObject } from "../../core/json.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { Parameters } from "../parameters.ts";
import { escaped } from "../read/escape.ts";
import type { SourceObject } from "../read/source-object.ts";
import { enrichedAnnotations, type Provenance } from "./annotations.ts";
import { roleOf } from "./role.ts";

/** What is printed of an object. */
export type Printed = Pick<SourceObject, "json" | "read">;

export interface EnrichOptions {
  parameters: Pick<Parameters, "enrich" | "provenance" | "sourceUrl" | "pruneConfirm">;
  /** The folder, from the repository's root. */
  sourcePath: string | undefined;
  pluginVersion: string;
}

const KINDS: ReadonlySet<string> = new Set([
  "AsyncActor",
  "EnvironmentConfig",
  "CompositeResourceDefinition",
  "Composition",
]);

/** The objects as they are printed; each is written anew only when it is asked for, so that two never stand in memory. */
export function enrich(objects: readonly SourceObject[], options: EnrichOptions): readonly Printed[] {
  if (!options.parameters.enrich) return objects;
  return objects.map((source) => (KINDS.has(source.kind) ? new Enriched(source, options) : source));
}

class Enriched implements Printed {
  readonly #source: SourceObject;
  readonly #options: EnrichOptions;

  constructor(source: SourceObject, options: EnrichOptions) {
    this.#source = source;
    this.#options = options;
  }

  get json(): Buffer {
    return Buffer.from(`${escaped(JSON.stringify(this.read()))}\n`);
  }

  read(): Manifest {
    const manifest = this.#source.read();
    const role = roleOf(manifest);
    const own: unknown = manifest.metadata.annotations ?? {};
    // The API server refuses any others.
    if (role === undefined || !isObject(own)) return manifest;
    const { pruneConfirm } = this.#options.parameters;
    const provenance = provenanceOf(this.#source, this.#options);
    const annotations = enrichedAnnotations(own, role, { provenance, pruneConfirm }) as Record<
      string,
      string
    >;
    return { ...manifest, metadata: { ...manifest.metadata, annotations } };
  }
}

/** n.b. a line moves with every edit above it: all actors behind it would be applied again, and Crossplane asked for each. */
function provenanceOf(
  source: SourceObject,
  { parameters, sourcePath, pluginVersion }: EnrichOptions,
): Provenance | undefined {
  const { provenance, sourceUrl } = parameters;
  if (provenance === "none") return undefined;
  const file = posix.join(sourcePath ?? "", source.file).replace(/^\/+/, "");
  const path = file.split("/").map(encodeURIComponent).join("/");
  return {
    source: provenance === "line" && source.document.built !== true ? `${file}:${source.line}` : file,
    link: sourceUrl === undefined ? undefined : `${sourceUrl.replace(/\/+$/, "")}/${path}`,
    pluginVersion,
  };
}
