import type { MapNode, ScalarNode, YamlNode } from '../yaml/tree.ts';
import { writeText } from './expression.ts';
import type { Unit } from './unit.ts';
import { literal } from './writer.ts';

/** Writes any YAML value as JavaScript, with the expressions in it. Keys are literal. */
export function writeValue(node: YamlNode, unit: Unit): void {
  write(node, unit, false);
}

/** As `writeValue`, of an answer: what stands under its `json` becomes JSON and nothing else. */
export function writeAnswer(node: YamlNode, unit: Unit): void {
  if (node.kind === 'map') writeMap(node, unit, (key) => key === 'json');
  else writeValue(node, unit);
}

/** @param carries whether the value becomes JSON of an answer and nothing else */
function write(node: YamlNode, unit: Unit, carries: boolean): void {
  if (node.kind === 'scalar') {
    writeScalar(node, unit, carries);
    return;
  }
  if (node.kind === 'map') {
    writeMap(node, unit, () => carries);
    return;
  }
  unit.out.text('[');
  for (const item of node.items) {
    write(item, unit, carries);
    unit.out.text(', ');
  }
  unit.out.text(']');
}

function writeMap({ entries }: MapNode, unit: Unit, carries: (key: string) => boolean): void {
  unit.out.text('({');
  for (const { key, value } of entries) {
    // Uncomputed, `"__proto__": x` would set the prototype.
    unit.out.text(key.text === '__proto__' ? '["__proto__"]: ' : `${literal(key.text)}: `);
    write(value, unit, carries(key.text));
    unit.out.text(', ');
  }
  unit.out.text('})');
}

function writeScalar(node: ScalarNode, unit: Unit, carries: boolean): void {
  const { value } = node;
  if (typeof value === 'string') {
    writeText(node, unit, carries);
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
