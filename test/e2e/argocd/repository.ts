import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

/** A team's Git repository on this machine, branch main. */
export class Repository {
  readonly #folder = mkdtempSync(join(tmpdir(), "asya-e2e-git-"));

  constructor() {
    this.#git("init", "--quiet", "--initial-branch=main");
  }

  get url(): string {
    return `file://${this.#folder}`;
  }

  /** @param files - by name, what they hold: text, or an object that is written as YAML; null takes one away. */
  commit(message: string, files: Readonly<Record<string, object | string | null>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.#folder, name);
      if (content === null) rmSync(path);
      else writeFileSync(path, typeof content === "string" ? content : stringify(content));
    }
    this.#git("add", "--all");
    this.#git("commit", "--quiet", "--message", message);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #git(...args: readonly string[]): void {
    const author = ["-c", "user.name=e2e", "-c", "user.email=e2e@example.invalid"];
    execFileSync("git", ["-C", this.#folder, ...author, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  }
}
