import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

interface Support {
  minimum: string;
  tested: string[];
}

const read = (path: string) => readFileSync(resolve(import.meta.dirname, "..", path), "utf8");
const MATRIX = JSON.parse(read("docs/support-matrix.json")) as Record<string, Support>;

test("the support table reads the same in README.md and docs/support-matrix.json", () => {
  expect(supportTable(read("README.md"))).toEqual(MATRIX);
});

test("Node's minimum is the one that package.json asks for and brings along", () => {
  const { engines, devDependencies } = JSON.parse(read("package.json")) as Record<
    string,
    Record<string, string>
  >;
  expect(engines!["node"]).toBe(`>=${MATRIX["Node"]!.minimum}`);
  expect(devDependencies!["node"]).toMatch(new RegExp(`^${MATRIX["Node"]!.tested[0]}\\.`));
});

test("Crossplane's minimum is the one that the function's package asks for", () => {
  expect(read("functions/asyncactor/package/crossplane.yaml")).toContain(
    `version: ">=v${MATRIX["Crossplane"]!.minimum}.0-0"`,
  );
});

test("a table in words of its own still gives its numbers", () => {
  const markdown = `
| | Minimum | Tests run with |
|---|:---:|---|
| **Kubernetes** | 1.30 | 1.36.3 |
| [RabbitMQ](https://www.rabbitmq.com) (classic, quorum) | 3.10 | \`3.10\` and 4.0 |
| Python | 3.7 | 3.11, newest |`;
  expect(supportTable(markdown, ["Kubernetes", "RabbitMQ", "Python"])).toEqual({
    Kubernetes: { minimum: "1.30", tested: ["1.36.3"] },
    RabbitMQ: { minimum: "3.10", tested: ["3.10", "4.0"] },
    Python: { minimum: "3.7", tested: ["3.11", "newest"] },
  });
});

/** Rows whose first cell names a part of the matrix: `| part | minimum | tested, tested |`. */
function supportTable(markdown: string, parts = Object.keys(MATRIX)): Record<string, Support> {
  const rows = markdown.split("\n").flatMap((line) => {
    const [first, minimum, tested] = line.split("|").slice(1, -1);
    const part = parts.find((name) => first !== undefined && plainText(first) === name);
    if (part === undefined || minimum === undefined || tested === undefined) return [];
    return [[part, { minimum: versions(minimum)[0] ?? "", tested: versions(tested) }] as const];
  });
  return Object.fromEntries(rows);
}

function plainText(cell: string): string {
  return cell
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\([^)]*\)|[*`_]/g, "")
    .trim();
}

function versions(cell: string): string[] {
  return cell.match(/\d+(\.\d+)*|newest/g) ?? [];
}
