import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const IMPORT =
  /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']\s*\)/gm;

export interface SourceFile {
  /** Relative to the repository. */
  path: string;
  lines: number;
  /** Paths of our own files that it imports, types too. */
  imports: string[];
  packages: string[];
}

/** Every TypeScript file of ours, generated ones too. */
export function sourceFiles(): SourceFile[] {
  const paths = globSync("**/*.ts", { cwd: ROOT, exclude: ["node_modules", "build"] });
  return paths.sort().map((path) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    const specifiers = importsOf(text);
    return {
      path,
      lines: text.split("\n").length - 1,
      imports: specifiers
        .filter(isRelative)
        .map((name) => relative(ROOT, resolve(ROOT, dirname(path), name))),
      packages: specifiers.filter((name) => !isRelative(name)),
    };
  });
}

export function importsOf(text: string): string[] {
  return Array.from(text.matchAll(IMPORT), ([, from, bare, dynamic]) => from ?? bare ?? dynamic!);
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}
