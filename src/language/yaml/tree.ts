import type { Span } from '../source.ts';

/**
 * A YAML document as the language sees it: texts, lists and maps with text keys, each with its place.
 * Anchors, aliases, tags and the other parts of YAML are reported while reading and are not in here.
 */
export type YamlNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The value as a text: what a string has after quotes, escapes and folding are undone. */
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** Whether it stands inside `[ … ]` or `{ … }`. */
  readonly inFlow: boolean;
  /** Set where the file has something that was refused, and is reported already. */
  readonly isBroken?: true;
  /** Offset in the file of a character of `text`. */
  offset(index: number): number;
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface MapNode extends Span {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: ScalarNode;
  /** A scalar `null` where the document has nothing. */
  readonly value: YamlNode;
}

/** The entry of a key, or `undefined`. */
export function entryOf(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key.text === key);
}

/** The value of a key, or `undefined`. */
export function childOf(map: MapNode, key: string): YamlNode | undefined {
  return entryOf(map, key)?.value;
}

/**
 * What a path of keys and positions leads to, with the key before it; the last on the way where it leads
 * nowhere.
 */
export function nodeAt(
  tree: YamlNode,
  path: readonly (string | number)[],
): { readonly key: YamlNode; readonly value: YamlNode } {
  let found: { key: YamlNode; value: YamlNode } = { key: tree, value: tree };
  for (const step of path) {
    const { value } = found;
    const entry = value.kind === 'map' ? entryOf(value, String(step)) : undefined;
    const item = value.kind === 'list' ? value.items[Number(step)] : undefined;
    const next = entry?.value ?? item;
    if (next === undefined) break;
    found = { key: entry?.key ?? next, value: next };
  }
  return found;
}

export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** The plain value of a node, as JSON has it. */
export function plainValue(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'map':
      return Object.fromEntries(
        node.entries.map(({ key, value }) => [key.text, plainValue(value)]),
      );
  }
}
