import { finding, isError } from "../../core/finding.ts";
import type { Manifest } from "../../core/manifest.ts";
import { isObject } from "../../core/json.ts";
import { isActor, isPlatform, worldOf } from "../../argocd-plugin/check/world.ts";
import type { ComposeInput } from "../asyncactor/compose/composed.ts";
import { checkActor } from "../asyncactor/compose/check.ts";
import { compose } from "../asyncactor/compose/compose.ts";
import { checkPlatform } from "../asyncactor/compose/platform.ts";
import { distinct } from "../asyncactor/compose/plan.ts";
import type { KrmFunction, KrmInput, KrmResult } from "./kpt.ts";
import { KrmError } from "./resource-list.ts";
import { resultOf } from "./results.ts";

const NOTHING = { workload: undefined, scaledObject: undefined };

/** Checks every actor as plugin and function do, with platform and flavors that are among the items. */
const validateActors: KrmFunction = ({ items }) => ({ items, results: findingsOf(items) });

/**
 * Adds what each actor becomes to the items. n.b. In a cluster Crossplane makes these: rendered ones are for reading and for
 * policies, not to be applied.
 */
const renderActors: KrmFunction = ({ items }) => {
  const results = findingsOf(items);
  if (results.some(({ severity }) => severity === "error")) return { items, results };
  const world = worldOf(items);
  const rendered = items.filter(isActor).flatMap((actor) => {
    const input: ComposeInput = {
      actor,
      world,
      observed: {},
      existing: NOTHING,
      podSchema: null,
      now: new Date(0),
    };
    return Object.values(compose(input).objects).map(({ manifest }) => inNamespaceOf(actor, manifest));
  });
  return { items: [...items, ...rendered], results };
};

/** Sets the image of actors: `{image, actors: [names] (default all), container: asya-runtime}`. */
const setImage: KrmFunction = ({ items, config }) => {
  const { image, actors, container } = imageOptions(config);
  const missing = (actors ?? []).filter(
    (name) => !items.some((item) => isActor(item) && item.metadata.name === name),
  );
  if (missing.length > 0) throw new KrmError(`there is no actor ${missing.join(", ")} among the items`);
  const isMeant = (item: Manifest) => isActor(item) && (actors?.includes(item.metadata.name) ?? true);
  return {
    items: items.map((item) => (isMeant(item) ? withImage(item, container, image) : item)),
    results: [],
  };
};

/** By the name that `functionConfig.kind`, or the first argument, asks for. */
export const FUNCTIONS: Readonly<Record<string, { kind: string; usage: string; run: KrmFunction }>> = {
  "validate-actors": {
    kind: "ValidateActors",
    usage: "checks AsyncActors, their platform and flavors",
    run: validateActors,
  },
  "render-actors": {
    kind: "RenderActors",
    usage: "adds the objects that AsyncActors become",
    run: renderActors,
  },
  "set-image": {
    kind: "SetImage",
    usage: "sets AsyncActors' image: {image, actors, container}",
    run: setImage,
  },
};

function findingsOf(items: readonly Manifest[]): KrmResult[] {
  const world = worldOf(items);
  const platforms = items.filter(isPlatform);
  return [
    ...platforms.flatMap((item) =>
      distinct(checkPlatform(item["data"] ?? {})).map((one) =>
        resultOf(isError(one) ? { ...one, code: "E021" } : one, item),
      ),
    ),
    ...items.filter(isActor).flatMap((item) =>
      distinct(checkActor(item, world)).flatMap((one) =>
        // Those of the platform stand at the platform.
        one.object?.startsWith("EnvironmentConfig/") === true ? [] : [resultOf(one, item)],
      ),
    ),
  ];
}

function inNamespaceOf({ metadata: { namespace } }: Manifest, manifest: Manifest): Manifest {
  return namespace === undefined ? manifest : { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

function imageOptions(config: KrmInput["config"]) {
  const spec = isObject(config?.["spec"]) ? config["spec"] : isObject(config?.["data"]) ? config["data"] : {};
  const { image, actors, container = "asya-runtime" } = spec;
  const unknown = Object.keys(spec).find((key) => !["image", "actors", "container"].includes(key));
  if (unknown !== undefined)
    throw new KrmError(
      `functionConfig.spec has no key ${JSON.stringify(unknown)}: it takes image, actors, container`,
    );
  if (typeof image !== "string" || image === "")
    throw new KrmError("set-image needs functionConfig.spec.image, such as my-team/pages:1.1.0");
  if (typeof container !== "string")
    throw new KrmError("functionConfig.spec.container must be a container's name");
  if (actors !== undefined && !(Array.isArray(actors) && actors.every((name) => typeof name === "string")))
    throw new KrmError("functionConfig.spec.actors must be a list of actors' names");
  return { image, actors, container };
}

function withImage(actor: Manifest, container: string, image: string): Manifest {
  const copy = structuredClone(actor) as Manifest & {
    spec?: { workload?: { template?: { spec?: { containers?: { name?: string; image?: string }[] } } } };
  };
  const found = copy.spec?.workload?.template?.spec?.containers?.find(({ name }) => name === container);
  if (found === undefined) {
    const what = finding("E013", [], `${actor.metadata.name} has no container ${container}`, "");
    throw new KrmError(what.message);
  }
  found.image = image;
  return copy;
}
