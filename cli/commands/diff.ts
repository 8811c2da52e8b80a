import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { Findings } from "../../argocd-plugin/check/findings.ts";
import { isPlatform } from "../../argocd-plugin/check/world.ts";
import { generate } from "../../argocd-plugin/generate.ts";
import { readApplication } from "../../argocd-plugin/application.ts";
import type { SourceObject } from "../../argocd-plugin/read/source-object.ts";
import { type Finding, isError } from "../../core/finding.ts";
import type { Manifest } from "../../core/manifest.ts";
import { checkOut } from "../diff/checkout.ts";
import { compare } from "../diff/compare.ts";
import { type Base, GitError, placeInRepository, type PlaceInRepository, resolveBase } from "../diff/git.ts";
import { jsonReport } from "../diff/json.ts";
import { markdownReport } from "../diff/markdown.ts";
import type { DiffReport } from "../diff/report.ts";
import { isAtLeast, levelOf } from "../diff/risks.ts";
import { sarifReport } from "../diff/sarif.ts";
import { renderSide, type Side } from "../diff/side.ts";
import { textReport } from "../diff/text.ts";
import { platformBeside } from "../folder.ts";
import { shownPrefix } from "../shown-path.ts";

interface Options {
  base: string;
  platform?: string;
  output: "text" | "markdown" | "json";
  patch: boolean;
  sarif?: string;
  failOn: "none" | "risk" | "error";
}

/** `asya diff`: exit status 1 where the new side has errors or a mark is as bad as `--fail-on`, 2 for wrong usage. */
export async function diffCommand(path: string, options: Options): Promise<void> {
  const { report, root } = await diffFolder(path, options);
  if (options.sarif !== undefined) writeFileSync(options.sarif, sarifReport(report, root));
  const color = process.stdout.isTTY && !process.env["NO_COLOR"];
  const form = {
    text: () => textReport(report, { patch: options.patch, color }),
    markdown: () => markdownReport(report),
    json: () => jsonReport(report),
  };
  process.stdout.write(form[options.output]());
  const { failOn } = options;
  const marked =
    failOn !== "none" && report.comparison.risks.some(({ code }) => isAtLeast(levelOf(code), failOn));
  if (marked || report.findings.some(isError)) process.exitCode = 1;
}

async function diffFolder(
  path: string,
  { base: ref, platform }: Pick<Options, "base" | "platform">,
): Promise<{ report: DiffReport; root: string }> {
  const now = new Date();
  const folder = mkdtempSync(join(tmpdir(), "asya-diff-"));
  try {
    const { place, base, beside, found } = await baseInto(folder, path, ref, platform);
    if (!existsSync(path) && !found.includes(place.path))
      throw new InvalidArgumentError(`there is no ${path}, neither here nor in ${ref}`);
    const prefix = shownPrefix(path);
    const old = await readSide(join(folder, place.path), found.includes(place.path), prefix, beside, now);
    const next = await readSide(path, existsSync(path), prefix, platform, now);
    const errors = next.findings.filter(isError);
    const comparison = compare(old.side, next.side, errors, now);
    const remarks = remarksOf(old, next, comparison.unknownBefore, found.includes(place.path));
    return { report: { base, path, comparison, findings: next.findings, remarks }, root: place.root };
  } catch (error) {
    // n.b. All that git refuses here is about what the user named.
    if (error instanceof GitError) throw new InvalidArgumentError(error.message);
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the base's files; a platform of the same repository is the base's own, one from elsewhere serves both. */
async function baseInto(folder: string, path: string, ref: string, platform: string | undefined) {
  const place: PlaceInRepository = await placeInRepository(path);
  const base: Base = await resolveBase(place.root, ref);
  const settings =
    platform === undefined ? undefined : await placeInRepository(platform).catch(() => undefined);
  const own = settings?.root === place.root ? [settings.path] : [];
  const found = await checkOut(place.root, base.commit, [place.path, ...own], folder);
  const [first] = own;
  const beside = first !== undefined && found.includes(first) ? join(folder, first) : platform;
  return { place, base, beside, found };
}

interface ReadSide {
  side: Side;
  findings: readonly Finding[];
  hasPlatform: boolean;
}

async function readSide(
  path: string,
  exists: boolean,
  prefix: string,
  platform: string | undefined,
  now: Date,
): Promise<ReadSide> {
  const content = exists ? await readApplication(path, { prefix }) : { objects: [], findings: [] };
  const objects: readonly SourceObject[] = content.objects;
  const own: Manifest[] = objects
    .filter(({ kind }) => kind === "EnvironmentConfig")
    .map((object) => object.read());
  const beside = await platformBeside(own, platform);
  const findings = new Findings({ kept: Infinity, notes: false });
  findings.add(content.findings);
  await generate(objects, findings, { beside });
  return {
    side: renderSide(objects, beside, now),
    findings: findings.kept,
    hasPlatform: platform !== undefined || own.some(isPlatform),
  };
}

function remarksOf(old: ReadSide, next: ReadSide, unknown: readonly string[], existed: boolean): string[] {
  const remarks: string[] = [];
  if (!existed) remarks.push("The base has nothing here: everything is new.");
  if (!next.hasPlatform) remarks.push("Judged with a built-in example platform: --platform names yours.");
  if (existed && old.hasPlatform !== next.hasPlatform)
    remarks.push("Only one of the two sides has a platform; the other was judged with the built-in example.");
  const broken = old.findings.filter((one) => isError(one)).length;
  if (existed && (broken > 0 || unknown.length > 0))
    remarks.push(
      `The base has ${broken} errors: what it cannot render is shown as the new side alone${unknown.length > 0 ? ` (${unknown.slice(0, 5).join(", ")})` : ""}.`,
    );
  return remarks;
}
