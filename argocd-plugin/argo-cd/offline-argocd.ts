import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

/** n.b. `argocd admin` reads a kubeconfig also where it is to ask nobody. Port 9 refuses. */
const NOBODY = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "none", cluster: { server: "http://127.0.0.1:9" } }],
  contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
  users: [{ name: "none", user: {} }],
  "current-context": "none",
};

/** `argocd admin`, over files and without a cluster. */
export class OfflineArgoCd {
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "asya-argocd-"));

  constructor(program: string) {
    this.#program = program;
    this.#file("kubeconfig", NOBODY);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /**
   * `argocd admin settings resource-overrides COMMAND` on an object.
   *
   * @param settings - the keys of argocd-cm.
   * @throws {Error} with Argo CD's words.
   */
  override(
    command: string,
    object: object,
    settings: Readonly<Record<string, string>>,
    ...more: readonly string[]
  ): string {
    const data = this.#file("argocd-cm.yaml", configMap("argocd-cm", settings));
    const args = [command, this.#file("object.yaml", object), ...more, "--argocd-cm-path", data];
    return this.#admin("settings", "resource-overrides", ...args);
  }

  /** What a template makes of an Application, for each service. */
  notification(template: string, application: object, settings: Readonly<Record<string, string>>): string {
    return this.#notifications("template", "notify", template, application, settings);
  }

  /** Whether a trigger's one condition holds. n.b. The command ends with 0 also where it fails. */
  fires(trigger: string, application: object, settings: Readonly<Record<string, string>>): boolean {
    const table = this.#notifications("trigger", "run", trigger, application, settings);
    const result = /^CONDITION .*RESULT\n.* (true|false)\s*$/.exec(table)?.[1];
    if (result === undefined) throw new Error(`trigger ${trigger}: Argo CD says ${table}`);
    return result === "true";
  }

  #notifications(
    what: string,
    command: string,
    name: string,
    application: object,
    settings: Readonly<Record<string, string>>,
  ): string {
    const data = this.#file("notifications.yaml", configMap("argocd-notifications-cm", settings));
    const files = ["--config-map", data, "--secret", ":empty"];
    return this.#admin(
      "notifications",
      what,
      command,
      name,
      this.#file("application.yaml", application),
      ...files,
    );
  }

  #admin(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(this.#program, ["admin", ...args], {
      encoding: "utf8",
      // n.b. argocd leaves its temporary files behind.
      env: {
        ...process.env,
        HOME: this.#folder,
        TMPDIR: this.#folder,
        KUBECONFIG: join(this.#folder, "kubeconfig"),
      },
    });
    if (status !== 0 || stdout === "")
      throw new Error(`argocd admin ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout;
  }

  #file(name: string, content: object): string {
    const path = join(this.#folder, name);
    writeFileSync(path, stringify(content));
    return path;
  }
}

function configMap(name: string, data: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}
