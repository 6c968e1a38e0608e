import type { Report } from '../report.ts';
import { describe, type Shape } from '../table/shape.ts';
import { isNull, type YamlNode } from '../yaml/tree.ts';

/** Says "Expected X, got Y". */
export function expected(node: YamlNode, shape: Shape, report: Report, hint?: string): void {
  const message = `Expected ${describe(shape)}, got ${said(node)}`;
  report.error(
    'value.type',
    { start: node.start, end: Math.max(node.end, node.start + 1) },
    message,
    {
      hint,
    },
  );
}

/** What a value is, in words. */
export function said(node: YamlNode): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind === 'map') return node.entries.length === 0 ? 'an empty map' : 'a map';
  if (isNull(node)) return 'nothing';
  if (typeof node.value === 'string') return node.value === '' ? 'an empty text' : 'a text';
  return `\`${node.text}\``;
}
