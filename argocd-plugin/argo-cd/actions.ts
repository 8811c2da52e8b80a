/**
 * What a button of Argo CD does to an AsyncActor: it sets or takes away annotations, which no Git repository has, so that
 * self-heal leaves them alone. The function renders them.
 */
interface Action {
  displayName: string;
  /** Of Font Awesome, as Argo CD's own actions. */
  iconClass: string;
  /** By annotation; null takes it away. */
  set: Readonly<Record<string, string | typeof NOW | Parameter | null>>;
  /** Greyed out where this Lua condition holds. */
  disabledWhen?: string;
}

interface Parameter {
  parameter: string;
  default: string;
}

/** The time of the click, RFC 3339. */
const NOW = Symbol("now");
const PAUSED = 'annotations["asya.sh/paused"] == "true"';
const DRAINING = 'annotations["asya.sh/drain"] == "true"';
const NO_SCALE_IN = 'annotations["asya.sh/paused-scale-in"] == "true"';
const SCALED = 'annotations["asya.sh/scale-min"] ~= nil or annotations["asya.sh/scale-max"] ~= nil';

export const ACTIONS: Readonly<Record<string, Action>> = {
  pause: {
    displayName: "Pause scaling: the replicas stay as they are",
    iconClass: "fa fa-fw fa-pause-circle",
    set: { "asya.sh/paused": "true" },
    disabledWhen: PAUSED,
  },
  resume: {
    displayName: "Resume scaling",
    iconClass: "fa fa-fw fa-play-circle",
    set: { "asya.sh/paused": null },
    disabledWhen: `not (${PAUSED})`,
  },
  "pause-scale-in": {
    displayName: "Keep the pods that run",
    iconClass: "fa fa-fw fa-lock",
    set: { "asya.sh/paused-scale-in": "true" },
    disabledWhen: NO_SCALE_IN,
  },
  "resume-scale-in": {
    displayName: "Let idle pods go again",
    iconClass: "fa fa-fw fa-unlock",
    set: { "asya.sh/paused-scale-in": null },
    disabledWhen: `not (${NO_SCALE_IN})`,
  },
  scale: {
    displayName: "Scale between these, until reset",
    iconClass: "fa fa-fw fa-sliders-h",
    set: {
      "asya.sh/scale-min": { parameter: "min", default: "1" },
      "asya.sh/scale-max": { parameter: "max", default: "1" },
    },
  },
  "reset-scale": {
    displayName: "Scale as Git says",
    iconClass: "fa fa-fw fa-undo",
    set: { "asya.sh/scale-min": null, "asya.sh/scale-max": null },
    disabledWhen: `not (${SCALED})`,
  },
  wake: {
    displayName: "Wake: start a pod without a message",
    iconClass: "fa fa-fw fa-bell",
    set: { "asya.sh/wake": NOW },
    disabledWhen: PAUSED,
  },
  restart: {
    displayName: "Restart its pods, one after another",
    iconClass: "fa fa-fw fa-redo",
    set: { "asya.sh/restarted-at": NOW },
  },
  drain: {
    displayName: "Drain: work off what is in the queue, also where scaling is paused",
    iconClass: "fa fa-fw fa-faucet",
    set: { "asya.sh/drain": "true" },
    disabledWhen: DRAINING,
  },
  "stop-draining": {
    displayName: "Stop draining",
    iconClass: "fa fa-fw fa-undo",
    set: { "asya.sh/drain": null },
    disabledWhen: `not (${DRAINING})`,
  },
  redrive: {
    displayName: "Redrive: dead letters go back to the queue",
    iconClass: "fa fa-fw fa-recycle",
    set: { "asya.sh/redrive": NOW },
  },
  "reconcile-now": {
    displayName: "Let Crossplane look at it now",
    iconClass: "fa fa-fw fa-sync",
    set: { "crossplane.io/reconcile-requested-at": NOW },
  },
};

/** The value of `resource.customizations.actions.asya.sh_AsyncActor`. */
export function actionsSetting(): object {
  return {
    "discovery.lua": discoveryLua(),
    definitions: Object.entries(ACTIONS).map(([name, { set }]) => ({ name, "action.lua": actionLua(set) })),
  };
}

function discoveryLua(): string {
  const lines = Object.entries(ACTIONS).map(([name, { displayName, iconClass, disabledWhen, set }]) => {
    const fields = [
      `displayName = ${quoted(displayName)}`,
      `iconClass = ${quoted(iconClass)}`,
      `disabled = ${disabledWhen ?? "false"}`,
      ...parameters(set),
    ];
    return `actions[${quoted(name)}] = { ${fields.join(", ")} }`;
  });
  return [
    "local annotations = obj.metadata.annotations or {}",
    "local actions = {}",
    ...lines,
    "return actions\n",
  ].join("\n");
}

function parameters(set: Action["set"]): string[] {
  const texts = Object.values(set)
    .filter((value) => isParameter(value))
    .map((value) => `{ name = ${quoted(value.parameter)}, default = ${quoted(value.default)} }`);
  return texts.length === 0 ? [] : [`params = { ${texts.join(", ")} }`];
}

function actionLua(set: Action["set"]): string {
  const values = Object.entries(set);
  const needsTime = values.some(([, value]) => value === NOW);
  return [
    ...(needsTime ? ['local os = require("os")'] : []),
    "if obj.metadata.annotations == nil then obj.metadata.annotations = {} end",
    ...values.map(([key, value]) => `obj.metadata.annotations[${quoted(key)}] = ${expression(value)}`),
    "return obj\n",
  ].join("\n");
}

function expression(value: Action["set"][string]): string {
  if (value === null) return "nil";
  if (value === NOW) return 'os.date("!%Y-%m-%dT%H:%M:%SZ")';
  if (isParameter(value)) return `actionParams[${quoted(value.parameter)}] or ${quoted(value.default)}`;
  return quoted(value);
}

function isParameter(value: Action["set"][string]): value is Parameter {
  return typeof value === "object" && value !== null;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
