import { isAlias, isMap, isScalar, type Node, type ParsedNode, type YAMLMap, type YAMLSeq } from "yaml";
import { quoteValue } from "../../core/finding.ts";
import { isObject } from "../../core/json.ts";
import { Aliases, type Converted, REFUSED } from "./aliases.ts";
import { checkCollectionTag, convertScalar, type Report } from "./convert-scalar.ts";
import type { Limits } from "./limits.ts";
import type { Parsed, Problem, Recorder } from "./parsed.ts";
import { tooMany } from "./refusals.ts";
import { keyText, RESERVED_KEY, type ScalarValue } from "./scalar.ts";

interface Options {
  text: string;
  limits: Limits;
  /** Characters and nodes that aliases may add. */
  expansion: number;
  record: Recorder | undefined;
}

/** Plain values of a document's nodes. Aliases share one value: nobody may change what a folder's objects hold. */
export function convert(root: ParsedNode, options: Options): Parsed {
  const converter = new Converter(options);
  const { value } = converter.node(root, 1);
  const { problems, aliases } = converter;
  return { kind: "value", value, offset: root.range[0], problems, expansion: aliases.expansion };
}

class Converter {
  readonly problems: Problem[] = [];
  readonly aliases: Aliases;
  /** Members that merges have brought: each takes memory of its own, unlike what an alias shares. */
  #merged = 0;
  readonly #options: Options;
  readonly #report: Report;

  constructor(options: Options) {
    this.#options = options;
    this.#report = (code, node, message, fix) => {
      if (this.problems.length >= options.limits.findingsPerDocument) return;
      this.problems.push({ code, offset: offsetOf(node), message, fix });
    };
    this.aliases = new Aliases(options.limits, options.expansion, this.#report);
  }

  node(node: Node | null, depth: number): Converted {
    if (node === null) return { value: null, size: 1, depth };
    if (isAlias(node)) return this.aliases.resolve(node, depth);
    const { anchor } = node as { anchor?: string };
    if (anchor === undefined) return this.#content(node, depth);
    this.aliases.open(anchor);
    const converted = this.#content(node, depth);
    this.aliases.close(anchor, converted, depth);
    return converted;
  }

  #content(node: Node, depth: number): Converted {
    if (isScalar(node)) {
      const { value, length } = convertScalar(node, this.#options.text, this.#report);
      return { value, size: 1 + length, depth };
    }
    checkCollectionTag(node, this.#report);
    return isMap(node) ? this.#mapping(node, depth) : this.#list(node as YAMLSeq<Node | null>, depth);
  }

  #mapping(node: YAMLMap, depth: number): Converted {
    const mapping: Record<string, unknown> = {};
    const total = { value: mapping, size: 1, depth };
    /** Keys of the mapping itself: those that came with a merge may be set again. */
    const own = new Set<string>();
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const value = pair.value as Node | null;
      if (isMergeKey(key)) {
        this.#merge(value, mapping, own, total);
        continue;
      }
      const name = this.#key(key, own, node);
      const converted = this.node(value, depth + 1);
      grow(total, converted);
      if (name === undefined) continue;
      total.size += name.length;
      own.add(name);
      mapping[name] = converted.value;
      this.#options.record?.(mapping, name, offsetOf(key), offsetOf(value ?? key));
    }
    return total;
  }

  #key(key: Node | null, own: ReadonlySet<string>, parent: Node): string | undefined {
    const at = key ?? parent;
    const { value } = this.node(key, 1);
    const name = typeof value === "object" && value !== null ? undefined : keyText(value as ScalarValue);
    if (name === undefined) {
      this.#report("E001", at, "a key must be text, not null, a list or a mapping", "put the key in quotes");
    } else if (name === RESERVED_KEY) {
      this.#report("E008", at, `the key ${quoteValue(name)} is reserved`, "use another key");
      return undefined;
    } else if (own.has(name)) {
      this.#report("E002", at, `the key ${quoteValue(name)} stands here twice`, "remove one of the two");
    }
    return name;
  }

  #list(node: YAMLSeq<Node | null>, depth: number): Converted {
    const list: unknown[] = [];
    const total = { value: list, size: 1, depth };
    for (const item of node.items) {
      const converted = this.node(item, depth + 1);
      grow(total, converted);
      list.push(converted.value);
      const offset = offsetOf(item ?? node);
      this.#options.record?.(list, list.length - 1, offset, offset);
    }
    return total;
  }

  /**
   * `<<: *defaults`: members that the mapping does not have. n.b. go-yaml 2 lets a merge win over a key that stands
   * before it, YAML 1.1 and go-yaml 3 do not: a difference nobody wants to debug.
   */
  #merge(
    node: Node | null,
    mapping: Record<string, unknown>,
    own: ReadonlySet<string>,
    total: Converted,
  ): void {
    const merged = this.node(node, total.depth);
    grow(total, merged);
    const sources: unknown[] = Array.isArray(merged.value) ? merged.value : [merged.value];
    for (const source of sources.toReversed()) {
      if (isObject(source)) this.#mergeMembers(source, node, mapping, own);
      else if (source !== REFUSED) {
        this.#report(
          "E001",
          node,
          "<< takes a mapping or a list of mappings",
          "name the anchor of a mapping",
        );
      }
    }
  }

  #mergeMembers(
    source: Record<string, unknown>,
    node: Node | null,
    mapping: Record<string, unknown>,
    own: ReadonlySet<string>,
  ): void {
    const offset = offsetOf(node);
    const members = Object.entries(source);
    this.#merged += members.length;
    if (this.#merged > this.#options.limits.members) {
      const isFirst = this.#merged - members.length <= this.#options.limits.members;
      if (isFirst) this.problems.push(tooMany("members", offset, this.#options.limits));
      return;
    }
    for (const [key, value] of members) {
      if (own.has(key)) {
        const message = `<< brings the key ${quoteValue(key)} again, and parsers disagree about which one counts`;
        this.#report("E002", node, message, "put << before the mapping's own keys");
      } else {
        mapping[key] = value;
        this.#options.record?.(mapping, key, offset, offset);
      }
    }
  }
}

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN" && key.tag === undefined;
}

function grow(total: Converted, part: Converted): void {
  total.size += part.size;
  total.depth = Math.max(total.depth, part.depth);
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
