/**
 * What Argo CD's notifications controller may tell people about Applications with actors: it sees an Application and nothing
 * else, so queues belong to an alert on metrics.
 */
interface Notice {
  description: string;
  /** Of expr-lang, over `app`. */
  when: string;
  /** Told again only where this has changed. */
  oncePer: string;
  /** What follows the Application's name. */
  title: string;
  /** Of Go's text/template with sprig: sets `$text`. */
  text: string;
  /** Of Slack's bar. */
  color: string;
}

const REVISION = "app.status?.operationState?.syncResult?.revision";
/** n.b. Argo CD puts about 300 characters before a plugin's words; those of the native server come without a command. */
const BEFORE_FINDINGS = "(?s)^.*(?:exit status [0-9]+: |desc = )";
const IS_REFUSED = '.type == "ComparisonError" and .message contains "ASYA-E"';

/** By the name that a subscription uses: `notifications.argoproj.io/subscribe.NAME.slack: channel`. */
export const NOTICES: Readonly<Record<string, Notice>> = {
  "on-asya-refused": {
    description: "A commit has mistakes; what runs goes on unchanged",
    when: `any(app.status?.conditions ?? [], ${IS_REFUSED})`,
    // Another first finding is news, the same one after a commit that did not mend it is not.
    oncePer: `split(find(app.status.conditions, ${IS_REFUSED}).message, "\\n")[0]`,
    title: "has mistakes in its actors; what runs goes on unchanged",
    text: `{{ range .app.status.conditions }}{{ if contains "ASYA-E" .message }}{{ $text = regexReplaceAll "${BEFORE_FINDINGS}" .message "" }}{{ end }}{{ end }}`,
    color: "#f4c030",
  },
  "on-asya-sync-failed": {
    description: "The cluster refused an actor",
    when: 'any(app.status?.operationState?.syncResult?.resources ?? [], .kind == "AsyncActor" and .status == "SyncFailed")',
    oncePer: REVISION,
    title: "has actors that the cluster refused",
    text: '{{ range .app.status.operationState.syncResult.resources }}{{ if and (eq .kind "AsyncActor") (eq (default "" .status) "SyncFailed") }}{{ $text = printf "%s%s: %s\\n" $text .name (default "" .message) }}{{ end }}{{ end }}',
    color: "#E96D76",
  },
  "on-asya-degraded": {
    description: "An Application with actors has degraded",
    when: 'app.status?.health?.status == "Degraded" and any(app.status?.resources ?? [], .kind == "AsyncActor")',
    oncePer: REVISION,
    title: "has degraded",
    // n.b. resources have their health only with controller.resource.health.persist, which Argo CD 3 leaves off.
    text: '{{ range .app.status.resources }}{{ $name := .name }}{{ if eq .kind "AsyncActor" }}{{ with .health }}{{ if ne .status "Healthy" }}{{ $text = printf "%s%s: %s %s\\n" $text $name .status (default "" .message) }}{{ end }}{{ end }}{{ end }}{{ end }}',
    color: "#E96D76",
  },
  "on-asya-confirmation": {
    description: "An actor is to be pruned, and somebody must confirm it: everything waits",
    when: 'app.status?.operationState?.phase == "Running" and (app.status?.operationState?.message ?? "") contains "waiting for pruning confirmation"',
    oncePer: "app.status?.operationState?.startedAt",
    title: "waits until somebody confirms that actors are deleted",
    text: "{{ $text = .app.status.operationState.message }}",
    color: "#18be52",
  },
};

/** The keys of ConfigMap argocd-notifications-cm that say when. */
export function triggers(): Record<string, Trigger[]> {
  return Object.fromEntries(
    Object.entries(NOTICES).map(([name, { description, when, oncePer }]) => [
      `trigger.${name}`,
      [{ description, when, oncePer, send: [templateName(name)] }],
    ]),
  );
}

interface Trigger {
  description: string;
  when: string;
  oncePer: string;
  send: string[];
}

/** The keys that say what: for any service in words, for Slack, and as JSON for a webhook named `asya`. */
export function templates(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(NOTICES).map(([name, notice]) => [
      `template.${templateName(name)}`,
      template(name, notice),
    ]),
  );
}

const APP = "{{ .app.metadata.name }}";
const URL = "{{ .context.argocdUrl }}/applications/{{ .app.metadata.namespace }}/{{ .app.metadata.name }}";

function template(trigger: string, { title, text, color }: Notice): object {
  const withText = `{{- $text := "" }}${text}`;
  // Slack cuts at 3000 characters, a webhook's reader at its own limit.
  const short = "{{ $text | trim | trunc 2000 | toJson }}";
  const json = (members: Readonly<Record<string, string>>) =>
    `{${Object.entries(members)
      .map(([key, value]) => `${JSON.stringify(key)}: ${value}`)
      .join(", ")}}`;
  const attachment = json({
    title: "{{ .app.metadata.name | toJson }}",
    title_link: `{{ printf "%s/applications/%s/%s" .context.argocdUrl .app.metadata.namespace .app.metadata.name | toJson }}`,
    color: JSON.stringify(color),
    text: short,
  });
  const body = json({
    event: JSON.stringify(trigger),
    application: "{{ .app.metadata.name | toJson }}",
    project: "{{ .app.spec.project | toJson }}",
    namespace: '{{ .app.spec.destination.namespace | default "" | toJson }}',
    revision: '{{ .app.status.sync.revision | default "" | toJson }}',
    url: `{{ printf "%s/applications/%s/%s" .context.argocdUrl .app.metadata.namespace .app.metadata.name | toJson }}`,
    text: short,
  });
  return {
    message: `${withText}${APP} ${title}\n{{ $text | trim }}\n${URL}\n`,
    slack: { attachments: `${withText}[${attachment}]\n` },
    webhook: { asya: { method: "POST", body: `${withText}${body}\n` } },
  };
}

function templateName(trigger: string): string {
  return trigger.replace("on-", "");
}
