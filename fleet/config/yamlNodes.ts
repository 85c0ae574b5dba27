import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import { describe } from "./leaf";
import type { Finding, Path } from "./yamlSource";

/** Nodes that the aliases of one text may stand for; beyond it they multiply rather than share. */
const mostAliasedNodes = 2_000_000;
/** Maps at the top of a fleet file whose keys are names: two that differ in case only are one file on many disks. */
const namesOnly = new Set(["tenants", "plans", "organizations", "residency"]);

export type Report = (node: Node, path: Path, finding: Finding) => void;

interface Anchor {
  /** Undefined while the node is still being read: an alias to it would hold itself. */
  done?: { value: unknown; size: number };
  node: Node;
}

/** Turns a parsed tree into plain values, and reports what YAML allows and a fleet file does not. */
export function readNodes(root: Node | null, report: Report): { value: unknown; aliases: Map<Alias, Node> } {
  const reader = new NodeReader(report);
  return { value: root === null ? undefined : reader.read(root, []), aliases: reader.aliases };
}

class NodeReader {
  readonly aliases = new Map<Alias, Node>();
  private readonly anchors = new Map<string, Anchor>();
  private size = 0;
  private aliasedNodes = 0;

  constructor(private readonly report: Report) {}

  read(node: Node, path: Path): unknown {
    if (isAlias(node)) return this.readAlias(node, path);
    const anchor: Anchor | undefined = "anchor" in node && node.anchor !== undefined ? { node } : undefined;
    if (anchor !== undefined) this.anchors.set((node as Scalar).anchor!, anchor);
    const before = this.size++;
    const value = this.readPlain(node, path);
    if (anchor !== undefined) anchor.done = { value, size: this.size - before };
    return value;
  }

  private readPlain(node: Node, path: Path): unknown {
    if (isMap(node)) return this.readMap(node, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => (item === null ? null : this.read(item as Node, [...path, index])));
    }
    if (!isScalar(node)) return null;
    if (typeof node.value === "string" && /\bnapi_\w{8,}/i.test(node.value)) this.reportApiKey(node, path);
    return node.value;
  }

  private readAlias(node: Alias, path: Path): unknown {
    const anchor = this.anchors.get(node.source);
    if (anchor?.done === undefined) {
      const sentence =
        anchor === undefined ? `there is no anchor &${node.source} above` : `*${node.source} holds itself`;
      this.report(node, path, { code: "FLEET_YAML_ALIAS", sentence });
      return null;
    }
    this.aliases.set(node, anchor.node);
    this.size += anchor.done.size;
    this.aliasedNodes += anchor.done.size;
    if (this.aliasedNodes <= mostAliasedNodes) return anchor.done.value;
    if (this.aliasedNodes - anchor.done.size <= mostAliasedNodes) {
      const sentence = "the aliases of this file multiply into more than it could mean; write the values out";
      this.report(node, path, { code: "FLEET_YAML_ALIAS", sentence });
    }
    return null;
  }

  private readMap(map: YAMLMap, path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const seen = new Map<string, string>();
    const ignoreCase = path.length === 1 && namesOnly.has(String(path[0]));
    for (const pair of map.items as Pair<Node | null, Node | null>[]) {
      const key = this.readKey(pair, map, path);
      if (key === undefined) continue;
      const folded = ignoreCase ? key.toLowerCase() : key;
      const twin = seen.get(folded);
      if (twin !== undefined) this.report(pair.key!, [...path, key], duplicate(key, twin));
      seen.set(folded, key);
      value[key] = pair.value === null ? null : this.read(pair.value, [...path, key]);
    }
    return value;
  }

  /** The key of a pair; undefined where it cannot be one, which is reported. */
  private readKey(pair: Pair<Node | null, Node | null>, map: YAMLMap, path: Path): string | undefined {
    const node = pair.key;
    const code = "FLEET_KEY_INVALID";
    const name = isScalar(node) ? node.value : undefined;
    if (
      node === null ||
      !isScalar(node) ||
      !(typeof name === "string" || typeof name === "number" || typeof name === "boolean")
    ) {
      this.report(node ?? pair.value ?? map, path, { code, sentence: "a key is missing here, or is not plain text" });
      return undefined;
    }
    const key = String(name);
    if (key === "<<") {
      const sentence = "merge keys are not read here; put what entries share into a plan or into defaults";
      this.report(node, path, { code: "FLEET_YAML_ALIAS", sentence });
      return undefined;
    }
    if (key === "__proto__") {
      this.report(node, path, { code, sentence: `${key} cannot be a key` });
      return undefined;
    }
    if (typeof name !== "string" && node.source !== key) {
      const sentence = `the key ${node.source} is read as the ${typeof name} ${key}; put it in quotes`;
      this.report(node, path, { code, sentence, suggestion: JSON.stringify(node.source) });
    }
    if (/\bnapi_\w{8,}/i.test(key)) this.reportApiKey(node, path);
    return key;
  }

  private reportApiKey(node: Node, path: Path): void {
    const sentence =
      "an API key must not stand in a file; put it into an environment variable, name the variable here, and revoke this key";
    this.report(node, path, { code: "FLEET_API_KEY_IN_FILE", sentence });
  }
}

function duplicate(key: string, twin: string): Finding {
  const sentence =
    key === twin
      ? `${describe(key)} stands twice; keep one of the two`
      : `${describe(key)} and ${describe(twin)} differ in case only, so on many disks they are one file; rename one`;
  return { code: "FLEET_DUPLICATE_KEY", sentence };
}
