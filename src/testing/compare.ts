import { type MapNode, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import type { Difference } from './suite.ts';

/** Characters of a value that a difference shows; more nobody compares by eye. */
const SHOWN_CHARACTERS_MAX = 400;

/**
 * Where a value is not as a file expects it. Objects may have more keys than the file names, unless it
 * is to be exact; lists have to be as long.
 *
 * @param got a value as JSON has it, or `undefined` where there is none
 * @param what names the value: `response.json`
 */
export function compare(
  node: YamlNode,
  got: unknown,
  what: string,
  isExact = false,
): readonly Difference[] {
  switch (node.kind) {
    case 'scalar':
      return node.value === got ? [] : [difference(node, got, what)];
    case 'list':
      if (!Array.isArray(got)) return [difference(node, got, what)];
      if (got.length !== node.items.length) return [difference(node, got, what)];
      return node.items.flatMap((item, index) =>
        compare(item, got[index], `${what}[${index}]`, isExact),
      );
    case 'map':
      return isObject(got) ? compareMap(node, got, what, isExact) : [difference(node, got, what)];
  }
}

function compareMap(
  node: MapNode,
  got: Readonly<Record<string, unknown>>,
  what: string,
  isExact: boolean,
): readonly Difference[] {
  const named = node.entries.flatMap(({ key, value }) => {
    const own = Object.hasOwn(got, key.text) ? got[key.text] : undefined;
    const inside = /^[\w$]+$/.test(key.text) ? `.${key.text}` : `[${JSON.stringify(key.text)}]`;
    const place = value.end > value.start ? value : key;
    return compare(value, own, `${what}${inside}`, isExact).map((found) =>
      found.place === value ? { ...found, place } : found,
    );
  });
  if (!isExact) return named;
  const keys = new Set(node.entries.map(({ key }) => key.text));
  const more = Object.keys(got).filter((key) => !keys.has(key));
  if (more.length === 0) return named;
  const extra = { what, expected: 'no other keys', got: more.join(', '), place: node };
  return [...named, extra];
}

/** @param got what there is instead */
export function difference(node: YamlNode, got: unknown, what: string): Difference {
  return { what, expected: shown(plainValue(node)), got: shown(got), place: node };
}

/** A value as JSON, cut where it is long. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > SHOWN_CHARACTERS_MAX ? `${json.slice(0, SHOWN_CHARACTERS_MAX)}…` : json;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
