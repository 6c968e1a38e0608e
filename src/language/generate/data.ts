import { childOf, type MapNode, type ScalarNode } from '../yaml/tree.ts';
import { writeBlock } from './expression.ts';
import type { StepWriter } from './step.ts';
import { parseTarget } from './target.ts';
import { writeValue } from './value.ts';
import { literal } from './writer.ts';

export const writeSet: StepWriter = ({ value }, unit) => {
  if (value.kind !== 'map') return;
  for (const entry of value.entries) {
    const line = unit.report.source.line(entry.key.start);
    const target = parseTarget(entry.key.text);
    if (target === undefined) {
      unit.report.error(
        'name.invalid',
        entry.key,
        `Expected a variable such as \`total\` or \`order.lines[0].sku\`, got \`${entry.key.text}\``,
        { hint: 'Names are letters, digits and `_`, and do not begin with a digit.' },
      );
      continue;
    }
    const { root, path } = target;
    const isPart = path.length > 0;
    unit.out.line(line, isPart ? `${root} = $.assign(${root}, ${pathText(path)}, ` : `${root} = `);
    writeValue(entry.value, unit);
    unit.out.text(isPart ? ');' : ';');
    // Known only now: `total: ${{ total + 1 }}` needs a total from before.
    unit.scope.declare(root, entry.key);
  }
};

export const writeRun: StepWriter = ({ map, value, number, line }, unit) => {
  const name = resultName(map);
  // Beside others, the step under way is another's by the time that a block throws which has awaited.
  const isBeside = unit.parallels > 0;
  unit.out.line(line, `${isBeside ? 'try { ' : ''}${name === undefined ? '' : `${name.text} = `}`);
  if (value.kind === 'scalar' && typeof value.value === 'string') writeBlock(value, number, unit);
  unit.out.text(isBeside ? `; } catch ($thrown) { $.step = ${number}; throw $thrown; }` : ';');
  if (name !== undefined) unit.scope.declare(name.text, name);
};

/** What `as` names, if there is one. */
export function resultName(map: MapNode): ScalarNode | undefined {
  const result = childOf(map, 'as');
  return result?.kind === 'scalar' && result.value !== null ? result : undefined;
}

export const writeLog: StepWriter = ({ map, value, line }, unit) => {
  const level = childOf(map, 'level');
  const name = level?.kind === 'scalar' && level.value !== null ? level.text : 'info';
  unit.out.line(line, `$.log(${literal(name)}, `);
  writeValue(value, unit);
  unit.out.text(');');
};

function pathText(path: readonly (string | number)[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? String(part) : literal(part)));
  return `[${parts.join(', ')}]`;
}
