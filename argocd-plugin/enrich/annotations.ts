import type { Role } from "./role.ts";

const SYNC_WAVE = "argocd.argoproj.io/sync-wave";
const SYNC_OPTIONS = "argocd.argoproj.io/sync-options";

/** n.b. Argo CD waits for every wave but the last: an actor that is Progressing or Suspended would hold what comes after it. */
const WAVES: Readonly<Record<Role, string>> = {
  definition: "-3",
  composition: "-2",
  platform: "-1",
  flavor: "-1",
  actor: "100",
};

/** n.b. deleting an XRD deletes every actor, and without Composition or platform no actor is rendered. */
const KEPT = ["Prune=false", "Delete=false"];
const OPTIONS: Readonly<Record<Role, readonly string[]>> = {
  definition: ["ServerSideApply=true", ...KEPT],
  composition: ["SkipDryRunOnMissingResource=true", "ServerSideApply=true", ...KEPT],
  platform: ["SkipDryRunOnMissingResource=true", "ServerSideApply=true", ...KEPT],
  flavor: ["SkipDryRunOnMissingResource=true", "ServerSideApply=true"],
  actor: ["SkipDryRunOnMissingResource=true", "ServerSideApply=true"],
};

export interface Provenance {
  /** From the repository's root; with `:line` where the Application asks for it. */
  source: string;
  /** Where the file is shown. */
  link: string | undefined;
  pluginVersion: string;
}

/** The annotations with what Argo CD should know; what the user wrote stays, of sync options each by its name. */
export function enrichedAnnotations(
  own: Readonly<Record<string, unknown>>,
  role: Role,
  { provenance, pruneConfirm }: { provenance: Provenance | undefined; pruneConfirm: boolean },
): Record<string, unknown> {
  const confirm = role === "actor" && pruneConfirm ? ["Prune=confirm"] : [];
  return {
    [SYNC_WAVE]: WAVES[role],
    ...(provenance === undefined ? {} : provenanceAnnotations(provenance)),
    ...own,
    [SYNC_OPTIONS]: mergedOptions(own[SYNC_OPTIONS], [...OPTIONS[role], ...confirm]),
  };
}

function provenanceAnnotations({ source, link, pluginVersion }: Provenance): Record<string, string> {
  return {
    "asya.sh/source": source,
    "asya.sh/plugin-version": pluginVersion,
    ...(link === undefined ? {} : { "link.argocd.argoproj.io/source": link }),
  };
}

function mergedOptions(own: unknown, ours: readonly string[]): unknown {
  if (own === undefined || own === null) return ours.join(",");
  if (typeof own !== "string") return own;
  const written = own.split(",").map((option) => option.trim());
  const names = new Set(written.map(nameOf));
  const added = ours.filter((option) => !names.has(nameOf(option)));
  return [...written.filter((option) => option !== ""), ...added].join(",");
}

function nameOf(option: string): string {
  return option.split("=", 1)[0] ?? option;
}
