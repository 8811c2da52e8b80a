import { readApplication } from "./application.ts";
import { Findings } from "./check/findings.ts";
import packageSettings from "../package.json" with { type: "json" };
import { type Progress, UNWATCHED } from "./deadline/progress.ts";
import { enrich, type Printed } from "./enrich/enrich.ts";
import { generate } from "./generate.ts";
import type { Parameters } from "./parameters.ts";
import { readBeside, repositoryRoot } from "./repository.ts";

/** Findings of each severity that are kept; what is over is counted. */
const MAX_FINDINGS = 1_000;
const EMPTY_FOLDER = "E004";

export interface Answer {
  /** Sorted; only for printing where `stops` is false. */
  objects: readonly Printed[];
  findings: Findings;
  files: number;
  /** Whether the findings forbid to print anything. */
  stops: boolean;
}

export interface Question {
  parameters: Parameters;
  /** `ARGOCD_APP_NAMESPACE`: of objects that name none, where no parameter says otherwise. */
  destination: string | undefined;
  /** `ARGOCD_APP_SOURCE_PATH`. */
  sourcePath: string | undefined;
  /** Whether notes are kept. */
  notes: boolean;
  progress?: Progress;
  /** How long kustomize may build. */
  buildMs?: number;
}

/** What the plugin has to say about an Application's folder. */
export async function answerFor(
  folder: string,
  { parameters, destination, sourcePath, notes, progress = UNWATCHED, buildMs }: Question,
): Promise<Answer> {
  const { namespace, platform, flavors, strictness, allowEmpty } = parameters;
  const findings = new Findings({ kept: MAX_FINDINGS, notes });
  const content = await readApplication(folder, { progress, ...(buildMs === undefined ? {} : { buildMs }) });
  findings.add(content.findings.filter(({ code }) => !(allowEmpty && code === EMPTY_FOLDER)));
  const beside = await readBeside(repositoryRoot(folder, sourcePath), { platform, flavors }, progress);
  findings.add(beside.findings);
  const objects = await generate(content.objects, findings, {
    namespace: namespace ?? destination,
    beside: beside.objects.map((object) => object.read()),
    progress,
  });
  const stops = findings.count("error") > 0 || (strictness === "warnings" && findings.count("warning") > 0);
  const pluginVersion = `v${packageSettings.version}`;
  const printed = enrich(objects, { parameters, sourcePath, pluginVersion });
  return { objects: printed, findings, files: content.files + beside.files, stops };
}
