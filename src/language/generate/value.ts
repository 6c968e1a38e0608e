import type { ScalarNode, YamlNode } from '../yaml/tree.ts';
import { writeText } from './expression.ts';
import type { Unit } from './unit.ts';
import { literal } from './writer.ts';

/** Writes any YAML value as JavaScript, with the expressions in it. Keys are literal. */
export function writeValue(node: YamlNode, unit: Unit): void {
  if (node.kind === 'scalar') {
    writeScalar(node, unit);
    return;
  }
  if (node.kind === 'list') {
    unit.out.text('[');
    for (const item of node.items) {
      writeValue(item, unit);
      unit.out.text(', ');
    }
    unit.out.text(']');
    return;
  }
  unit.out.text('({');
  for (const { key, value } of node.entries) {
    // Uncomputed, `"__proto__": x` would set the prototype.
    unit.out.text(key.text === '__proto__' ? '["__proto__"]: ' : `${literal(key.text)}: `);
    writeValue(value, unit);
    unit.out.text(', ');
  }
  unit.out.text('})');
}

function writeScalar(node: ScalarNode, unit: Unit): void {
  const { value } = node;
  if (typeof value === 'string') {
    writeText(node, unit);
    return;
  }
  if (typeof value === 'number') {
    unit.out.text(numeral(value));
    return;
  }
  unit.out.text(String(value));
}

/** A number as JavaScript; JSON has no `-0`, no infinity and no NaN, which YAML has. */
function numeral(value: number): string {
  if (Object.is(value, -0)) return '(-0)';
  return value < 0 ? `(${value})` : String(value);
}
