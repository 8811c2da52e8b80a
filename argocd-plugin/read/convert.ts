import {
  isAlias,
  isMap,
  isScalar,
  type Node,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { quoteValue } from "../../core/finding.ts";
import type { Limits } from "./limits.ts";
import type { Parsed, Problem, Recorder } from "./parsed.ts";
import { isInexactInteger, keyText, RESERVED_KEYS, resolvePlain, type ScalarValue } from "./scalar.ts";

interface Options {
  text: string;
  limits: Limits;
  /** Characters and nodes that aliases may add. */
  expansion: number;
  record: Recorder | undefined;
}

/** A converted node; `size` and `depth` count what it is when its aliases are written out. */
interface Converted {
  value: unknown;
  size: number;
  depth: number;
}

/** Stands for an alias that has its finding already. */
const REFUSED = undefined;

/** n.b. go-yaml ends a line at these, so that the same file means something else to other parsers. */
const LINE_BREAK = /[\r\u0085\u2028\u2029]/;
const CORE_TAG = "tag:yaml.org,2002:";
const SCALAR_TAGS = ["str", "int", "float", "bool", "null"];

/** Plain values of a document's nodes. Aliases share one value: nobody may change what a folder's objects hold. */
export function convert(root: ParsedNode, options: Options): Parsed {
  const converter = new Converter(options);
  const { value } = converter.node(root, 1);
  const { problems, expansion } = converter;
  return { kind: "value", value, offset: root.range[0], problems, expansion };
}

class Converter {
  readonly problems: Problem[] = [];
  expansion = 0;
  #aliasesRefused = false;
  readonly #options: Options;
  readonly #anchors = new Map<string, Converted | "open">();

  constructor(options: Options) {
    this.#options = options;
  }

  node(node: Node | null, depth: number): Converted {
    if (node === null) return { value: null, size: 1, depth };
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node), depth);
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    const converted = this.#content(node, depth);
    if (anchor !== undefined) this.#anchors.set(anchor, { ...converted, depth: converted.depth - depth });
    return converted;
  }

  #content(node: Node, depth: number): Converted {
    if (isScalar(node)) return this.#scalar(node, depth);
    if (node.tag !== undefined && ![`${CORE_TAG}map`, `${CORE_TAG}seq`].includes(node.tag))
      this.#foreignTag(node);
    return isMap(node) ? this.#mapping(node, depth) : this.#list(node as YAMLSeq<Node | null>, depth);
  }

  #alias(name: string, offset: number, depth: number): Converted {
    const target = this.#anchors.get(name);
    const anchor = quoteValue(name);
    if (target === undefined) {
      const fix = "define it before, in the same document, with &";
      return this.#refusedAlias("E001", offset, `no anchor for the alias ${anchor}`, fix, depth);
    }
    if (target === "open") {
      return this.#refusedAlias(
        "E001",
        offset,
        `the anchor ${anchor} contains itself`,
        "remove the alias",
        depth,
      );
    }
    const { limits, expansion } = this.#options;
    this.expansion += target.size;
    const tooBig = this.expansion > expansion;
    if (!tooBig && depth + target.depth <= limits.depth) return { ...target, depth: depth + target.depth };
    const message = tooBig
      ? `aliases expand to more than ${limits.expansion} characters and nodes`
      : `aliases nest deeper than ${limits.depth} levels`;
    if (this.#aliasesRefused) return { value: REFUSED, size: 1, depth };
    this.#aliasesRefused = true;
    return this.#refusedAlias(
      "E003",
      offset,
      message,
      "write out what is meant, with fewer aliases of aliases",
      depth,
    );
  }

  #refusedAlias(
    code: Problem["code"],
    offset: number,
    message: string,
    fix: string,
    depth: number,
  ): Converted {
    this.#problem(code, offset, message, fix);
    return { value: REFUSED, size: 1, depth };
  }

  #scalar(node: Scalar, depth: number): Converted {
    const text = this.#textOf(node);
    const value = this.#scalarValue(node, text);
    if (node.type !== "QUOTE_DOUBLE" && LINE_BREAK.test(text)) {
      const message = "a character that only YAML 1.1 takes for the end of a line";
      this.#problem("E001", offsetOf(node), message, "remove it, or write it as an escape in double quotes");
    }
    if (!text.isWellFormed())
      this.#problem("E006", offsetOf(node), "half of a surrogate pair", "write the whole character");
    return { value, size: 1 + text.length, depth };
  }

  /** n.b. go-yaml adds no line feed to a block scalar that ends with the file; the `yaml` package does. */
  #textOf({ value, type, range }: Scalar): string {
    if (typeof value !== "string") return "";
    const isBlock = type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED";
    const { text } = this.#options;
    const atEnd = isBlock && range?.[1] === text.length && !text.endsWith("\n");
    return atEnd && value.endsWith("\n") ? value.slice(0, -1) : value;
  }

  #scalarValue(node: Scalar, text: string): ScalarValue {
    const tag = node.tag?.startsWith(CORE_TAG) ? node.tag.slice(CORE_TAG.length) : node.tag;
    if (tag === "str" || tag === "!" || (tag === undefined && node.type !== "PLAIN")) return text;
    if (tag !== undefined && !SCALAR_TAGS.includes(tag)) this.#foreignTag(node);
    const value = resolvePlain(text);
    if (tag !== undefined && SCALAR_TAGS.includes(tag) && !fitsTag(value, tag)) {
      this.#problem(
        "E001",
        offsetOf(node),
        `the value is no !!${tag}`,
        "remove the tag or correct the value",
      );
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      this.#problem(
        "E001",
        offsetOf(node),
        "JSON has no infinity and no NaN",
        "put the value in quotes if it is text",
      );
    }
    if (isInexactInteger(text, value)) {
      const message = "a whole number above 2^53 is rounded by JSON readers";
      this.#problem("E016", offsetOf(node), message, "put it in quotes if the field takes text");
    }
    return value;
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
      own.add(name);
      mapping[name] = converted.value;
      this.#options.record?.(mapping, name, offsetOf(key), offsetOf(value ?? key));
    }
    return total;
  }

  #key(key: Node | null, own: ReadonlySet<string>, parent: Node): string | undefined {
    const offset = offsetOf(key ?? parent);
    const { value } = this.node(key, 1);
    const name = typeof value === "object" && value !== null ? undefined : keyText(value as ScalarValue);
    if (name === undefined) {
      this.#problem(
        "E001",
        offset,
        "a key must be text, not null, a list or a mapping",
        "put the key in quotes",
      );
    } else if (RESERVED_KEYS.has(name)) {
      this.#problem("E008", offset, `the key ${quoteValue(name)} is reserved`, "use another key");
      return undefined;
    } else if (own.has(name)) {
      this.#problem("E002", offset, `the key ${quoteValue(name)} stands here twice`, "remove one of the two");
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
    const offset = offsetOf(node);
    const merged = this.node(node, total.depth);
    grow(total, merged);
    const sources: unknown[] = Array.isArray(merged.value) ? merged.value : [merged.value];
    for (const source of sources.toReversed()) {
      if (source === REFUSED) continue;
      if (typeof source !== "object" || source === null || Array.isArray(source)) {
        this.#problem(
          "E001",
          offset,
          "<< takes a mapping or a list of mappings",
          "name the anchor of a mapping",
        );
        return;
      }
      for (const [key, value] of Object.entries(source)) {
        if (own.has(key)) {
          const message = `<< brings the key ${quoteValue(key)} again, and parsers disagree about which one counts`;
          this.#problem("E002", offset, message, "put << before the mapping's own keys");
        } else {
          mapping[key] = value;
          this.#options.record?.(mapping, key, offset, offset);
        }
      }
    }
  }

  #foreignTag(node: Node): void {
    const tag = node.tag?.replace(CORE_TAG, "!!") ?? "";
    this.#problem(
      "E001",
      offsetOf(node),
      `the tag ${quoteValue(tag)} has no meaning in Kubernetes`,
      "remove the tag",
    );
  }

  #problem(code: Problem["code"], offset: number, message: string, fix: string): void {
    if (this.problems.length >= this.#options.limits.findingsPerDocument) return;
    this.problems.push({ code, offset, message, fix });
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

function fitsTag(value: ScalarValue, tag: string): boolean {
  if (tag === "null") return value === null;
  if (tag === "bool") return typeof value === "boolean";
  return typeof value === "number" && (tag === "float" || Number.isInteger(value));
}
