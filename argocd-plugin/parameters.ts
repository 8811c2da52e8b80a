import { didYouMean } from "../core/suggest.ts";
import { isObject } from "../core/json.ts";

/** What an Application can say to the plugin; each is an option of the command line, too. */
export interface Parameters {
  /** Of objects that name none. */
  namespace: string | undefined;
  /** File or folder with the platform, from the repository's root; it is read, not printed. */
  platform: string | undefined;
  /** The same of flavors. */
  flavors: string | undefined;
  strictness: "errors" | "warnings";
  allowEmpty: boolean;
  /** Whether Asya's objects get the annotations that Argo CD needs. */
  enrich: boolean;
  provenance: "file" | "line" | "none";
  sourceUrl: string | undefined;
  pruneConfirm: boolean;
}

interface Parameter {
  title: string;
  /** For Argo CD's form, the command line's help and docs/settings.md. */
  doc: string;
  fallback: string;
  choices?: readonly string[];
}

export const PARAMETERS: Readonly<Record<keyof Parameters, Parameter>> = {
  namespace: {
    title: "Namespace",
    doc: "namespace of objects that name none; empty: the Application's destination",
    fallback: "",
  },
  platform: {
    title: "Platform",
    doc: "file or folder with EnvironmentConfig asya-platform, from the repository's root: actors are judged with it, it is not printed",
    fallback: "",
  },
  flavors: {
    title: "Flavors",
    doc: "file or folder with the flavors' EnvironmentConfigs, from the repository's root; they are not printed either",
    fallback: "",
  },
  strictness: {
    title: "Strictness",
    doc: "what keeps objects from being printed: errors, or warnings as well",
    fallback: "errors",
    choices: ["errors", "warnings"],
  },
  allowEmpty: {
    title: "Allow an empty folder",
    doc: "true: a folder without an object is printed as nothing, so that Argo CD may prune the last actor",
    fallback: "false",
    choices: ["true", "false"],
  },
  enrich: {
    title: "Enrich",
    doc: "annotations for Argo CD on XRD, Composition, platform, flavors and actors: sync waves and options, provenance; what an object has already stays",
    fallback: "true",
    choices: ["true", "false"],
  },
  provenance: {
    title: "Provenance",
    doc: "what asya.sh/source says; with line, every edit above an object applies it again and has Crossplane look at it",
    fallback: "file",
    choices: ["file", "line", "none"],
  },
  sourceUrl: {
    title: "Source URL",
    doc: "where files of the repository are shown, such as https://git.example/team/repository/blob/main: each object gets a link",
    fallback: "",
  },
  pruneConfirm: {
    title: "Confirm pruning",
    doc: "true: an actor is pruned only after a confirmation; until then the whole sync waits",
    fallback: "false",
    choices: ["true", "false"],
  },
};

export class ParameterError extends Error {
  override name = "ParameterError";
}

/** As Argo CD asks for it: one announcement each, for its form. */
export function announcements(): {
  name: string;
  title: string;
  tooltip: string;
  collectionType: string;
  string: string;
}[] {
  return Object.entries(PARAMETERS).map(([name, { title, doc, fallback }]) => ({
    name,
    title,
    tooltip: doc,
    collectionType: "string",
    string: fallback,
  }));
}

/**
 * @param application - `ARGOCD_APP_PARAMETERS`: a JSON list of `{name, string}`.
 * @param options - of the command line; they win.
 * @throws {ParameterError} that names the parameter, what it may be and what it was.
 */
export function readParameters(
  application: string | undefined,
  options: Readonly<Record<string, string | undefined>>,
): Parameters {
  const given = { ...fromApplication(application), ...withoutUndefined(options) };
  for (const name of Object.keys(given)) if (!isParameter(name)) throw unknown(name);
  const value = (name: keyof Parameters) => valueOf(name, given[name]);
  return {
    namespace: value("namespace") || undefined,
    platform: value("platform") || undefined,
    flavors: value("flavors") || undefined,
    strictness: value("strictness") === "warnings" ? "warnings" : "errors",
    allowEmpty: value("allowEmpty") === "true",
    enrich: value("enrich") === "true",
    provenance: provenanceOf(value("provenance")),
    sourceUrl: value("sourceUrl") || undefined,
    pruneConfirm: value("pruneConfirm") === "true",
  };
}

function provenanceOf(value: string): Parameters["provenance"] {
  return value === "line" || value === "none" ? value : "file";
}

function valueOf(name: keyof Parameters, text: string | undefined): string {
  const { fallback, choices } = PARAMETERS[name];
  const value = text === undefined || text === "" ? fallback : text;
  if (choices !== undefined && !choices.includes(value))
    throw new ParameterError(
      `parameter ${name} must be ${choices.join(" or ")} (got ${JSON.stringify(value)})`,
    );
  return value;
}

function fromApplication(text: string | undefined): Record<string, string> {
  if (text === undefined || text === "" || text === "null") return {};
  const list = parseList(text);
  return Object.fromEntries(
    list.map((entry) => {
      const name = isObject(entry) ? entry["name"] : undefined;
      if (typeof name !== "string" || !isObject(entry))
        throw new ParameterError(`each parameter needs a name (got ${JSON.stringify(entry)})`);
      if (!isParameter(name)) throw unknown(name);
      const { string: value = "", array, map } = entry;
      if (array !== undefined || map !== undefined || typeof value !== "string")
        throw new ParameterError(`parameter ${name} must be a string: {name: ${name}, string: ...}`);
      return [name, value];
    }),
  );
}

function parseList(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch (cause) {
    throw new ParameterError("ARGOCD_APP_PARAMETERS is no JSON", { cause });
  }
  throw new ParameterError("ARGOCD_APP_PARAMETERS must be a list of parameters");
}

function unknown(name: string): ParameterError {
  const names = Object.keys(PARAMETERS);
  const fix = didYouMean(name, names, `use one of ${names.join(", ")}`);
  return new ParameterError(`there is no parameter ${JSON.stringify(name)} - ${fix}`);
}

function isParameter(name: string): name is keyof Parameters {
  return Object.hasOwn(PARAMETERS, name);
}

function withoutUndefined(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
