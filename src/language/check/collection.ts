import { didYouMean } from '../../core/suggest.ts';
import type { Report } from '../report.ts';
import type { KeySpec, Shape } from '../table/shape.ts';
import { entryOf, isNull, type MapEntry, type MapNode, type YamlNode } from '../yaml/tree.ts';
import { expected } from './expected.ts';

/** `check`, handed down so that the files need not import each other in a circle. */
export type Check = (node: YamlNode, shape: Shape, report: Report) => void;

export function checkList(
  node: YamlNode,
  shape: Shape & { is: 'list' },
  report: Report,
  check: Check,
): void {
  if (node.kind !== 'list') {
    expected(node, shape, report);
    return;
  }
  if (node.items.length < (shape.least ?? 0)) {
    report.error('value.invalid', node, 'Expected at least one item, got an empty list');
  }
  if (node.items.length > (shape.most ?? Number.POSITIVE_INFINITY)) {
    const message = `Expected at most ${shape.most} items, got ${node.items.length}`;
    report.error('limit.exceeded', node, message);
  }
  for (const item of node.items) check(item, shape.of, report);
}

export function checkDictionary(
  node: YamlNode,
  shape: Shape & { is: 'dictionary' },
  report: Report,
  check: Check,
): void {
  if (node.kind !== 'map') {
    expected(node, shape, report);
    return;
  }
  for (const { key, value } of node.entries) {
    if (!new RegExp(shape.key.pattern).test(key.text)) {
      report.error('value.invalid', key, `Expected ${shape.key.what}, got \`${key.text}\``);
    }
    check(value, shape.of, report);
  }
}

export function checkMap(
  node: YamlNode,
  shape: Shape & { is: 'map' },
  report: Report,
  check: Check,
): void {
  if (node.kind !== 'map') {
    expected(node, shape, report);
    return;
  }
  checkKeys(node, shape.keys, report, check);
  const given = (shape.oneOf ?? []).flatMap((name) => entryOf(node, name) ?? []);
  const [first, ...others] = given;
  const names = shape.keys.filter((key) => shape.oneOf?.includes(key.name));
  if (first === undefined && shape.needsOne) {
    const place = node.entries[0]?.key ?? node;
    report.error('key.missing', place, `Expected one of ${listed(names)}, got none`);
  }
  for (const { key } of others) {
    const message = `Expected one of ${listed(names)}, got \`${key.text}\` beside \`${first?.key.text}\``;
    report.error('key.conflict', key, message);
  }
}

/** Checks a map's keys: each known, each required one there, each value of its key's shape. */
export function checkKeys(
  node: MapNode,
  keys: readonly KeySpec[],
  report: Report,
  check: Check,
  adviceFor: (entry: MapEntry) => string | undefined = () => undefined,
): void {
  const byName = new Map(keys.map((key) => [key.name, key]));
  for (const entry of node.entries) {
    const { key, value } = entry;
    const spec = byName.get(key.text);
    if (spec === undefined) {
      report.error('key.unknown', key, `Expected ${listed(keys)}, got \`${key.text}\``, {
        hint: adviceFor(entry) ?? didYouMean(key.text, byName.keys()),
      });
    } else if (spec.beside?.every((name) => entryOf(node, name) === undefined)) {
      const others = spec.beside.map((name) => `\`${name}\``).join(' or ');
      report.error(
        'key.conflict',
        key,
        `Expected \`${key.text}\` beside ${others}, got it without`,
      );
    } else if (!isNull(value) || spec.required || isRefusedWhenEmpty(spec.shape)) {
      check(value, spec.shape, report);
    }
  }
  for (const { name, required, beside } of keys) {
    if (!required || entryOf(node, name) !== undefined) continue;
    if (beside?.every((other) => entryOf(node, other) === undefined)) continue;
    const first = node.entries[0]?.key ?? node;
    report.error('key.missing', first, `Expected the key \`${name}\`, got none`);
  }
}

/** Optional keys may stand there empty, as people leave them; but an empty condition or body is a slip. */
function isRefusedWhenEmpty({ is }: Shape): boolean {
  return is === 'condition' || is === 'steps' || is === 'variable' || is === 'integer';
}

function listed(keys: readonly KeySpec[]): string {
  const names = keys.map(({ name }) => `\`${name}\``);
  const last = names.pop();
  return names.length === 0 ? `${last}` : `${names.join(', ')} or ${last}`;
}
