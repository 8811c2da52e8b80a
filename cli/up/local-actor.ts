import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../core/json.ts";
import type { EnvVar, Manifest } from "../../core/manifest.ts";
import { isEndActor, RUNTIME_CONTAINER, SIDECAR_CONTAINER } from "../../core/names.ts";
import { programFile } from "../programs.ts";
import type { RenderedActor } from "../rendered.ts";

/** What of a rendered actor runs on one machine: its two containers as processes. */
export interface LocalActor {
  name: string;
  runtimeEnv: readonly EnvVar[];
  sidecarEnv: readonly EnvVar[];
  /** The folder that handlers are imported from. */
  code: string;
  ofCrew: boolean;
  transportType: string;
  objects: readonly Manifest[];
  /** What a pod would have and this machine has not. */
  notes: readonly string[];
}

const CREW_HANDLERS = "handlers.end_handlers.";

/** @param handlers - folder of the handlers' code: `HANDLERS/{actor}` where there is one, else HANDLERS itself. */
export function localActor(rendered: RenderedActor, handlers: string | undefined): LocalActor {
  const { name, objects, effective } = rendered;
  const pod = podOf(objects["deployment"] ?? objects["statefulset"]);
  const runtime = containerOf(pod, RUNTIME_CONTAINER);
  const runtimeEnv = envOf(runtime);
  const handler = runtimeEnv.find((variable) => variable.name === "ASYA_HANDLER")?.value ?? "";
  const ofCrew = isEndActor(name) && handler.startsWith(CREW_HANDLERS);
  return {
    name,
    runtimeEnv,
    sidecarEnv: envOf(containerOf(pod, SIDECAR_CONTAINER)),
    code: ofCrew ? programFile("crew") : codeFolder(name, handlers),
    ofCrew,
    transportType: transportTypeOf(effective),
    objects: Object.values(objects),
    notes: notesOf(name, pod, runtime),
  };
}

/** @throws where there is no code for the actor. */
function codeFolder(actor: string, handlers: string | undefined): string {
  const own = handlers === undefined ? undefined : join(handlers, actor);
  if (own !== undefined && existsSync(own) && statSync(own).isDirectory()) return own;
  if (handlers !== undefined) return handlers;
  throw new Error(
    `${actor} has no handler code - put it into a folder handlers/ beside the actors' YAML, or name its folder with --handlers`,
  );
}

function notesOf(name: string, pod: Fields, runtime: Fields): string[] {
  const others = containersOf(pod)
    .map((container) => String(container["name"]))
    .filter((container) => container !== RUNTIME_CONTAINER && container !== SIDECAR_CONTAINER);
  const sources = Array.isArray(runtime["envFrom"]) ? runtime["envFrom"].length : 0;
  return [
    ...others.map((container) => `${name}: container ${container} is not started here`),
    ...(sources > 0
      ? [`${name}: envFrom is not read here - set those variables in your own environment`]
      : []),
  ];
}

type Fields = Record<string, unknown>;

function podOf(workload: Manifest | undefined): Fields {
  return fields(fields(fields(workload?.["spec"])["template"])["spec"]);
}

function containersOf(pod: Fields): Fields[] {
  return Array.isArray(pod["containers"]) ? pod["containers"].filter(isObject) : [];
}

function containerOf(pod: Fields, name: string): Fields {
  return containersOf(pod).find((container) => container["name"] === name) ?? {};
}

function envOf(container: Fields): EnvVar[] {
  return Array.isArray(container["env"]) ? (container["env"].filter(isObject) as unknown as EnvVar[]) : [];
}

function transportTypeOf(effective: Fields): string {
  return String(fields(effective["transport"])["type"]);
}

function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}
