/** What a folder may be at most; above it is a finding, so that no commit can take the repo-server's memory or minutes. */
export interface Limits {
  fileBytes: number;
  folderBytes: number;
  /** Files and folders below the folder, each as often as links lead to it. */
  entries: number;
  objects: number;
  /** Parts of files between `---`, empty ones too. */
  documents: number;
  /** All objects in JSON, as they are kept: lists of `~` grow, comments vanish. */
  printedBytes: number;
  /** The platform and all flavors in JSON: they are in use while every actor is checked. */
  settingsBytes: number;
  /** All files of tools: their routes are in use together. */
  toolsBytes: number;
  /** Nesting of one document; the deepest CRDs in use stay below 60. */
  depth: number;
  /** Characters and nodes that the aliases of the whole folder may add to what is written. */
  expansion: number;
  /** Members of all mappings and lists of one document, and lines of its literal blocks. */
  members: number;
  /** Lexical tokens of one document that needs the full parser, which takes some 500 bytes for each. */
  tokens: number;
  /** Characters of one scalar: the API server takes no object above 3 MiB, etcd none above 1.5. */
  scalar: number;
  /** Findings of one document; a file that is no YAML at all would otherwise give thousands. */
  findingsPerDocument: number;
  /** Reading stops after so many findings: nobody reads more at once. */
  findings: number;
}

export const LIMITS: Limits = {
  fileBytes: 16 * 2 ** 20,
  folderBytes: 48 * 2 ** 20,
  entries: 200_000,
  objects: 50_000,
  documents: 200_000,
  printedBytes: 48 * 2 ** 20,
  settingsBytes: 2 * 2 ** 20,
  toolsBytes: 4 * 2 ** 20,
  depth: 200,
  expansion: 8 * 2 ** 20,
  members: 300_000,
  tokens: 120_000,
  scalar: 2 * 2 ** 20,
  findingsPerDocument: 20,
  findings: 1_000,
};
