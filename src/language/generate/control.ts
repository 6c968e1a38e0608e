import type { Span } from '../source.ts';
import { childOf, entryOf, type MapEntry, type ScalarNode, type YamlNode } from '../yaml/tree.ts';
import { writeSingle } from './expression.ts';
import type { StepNode, StepWriter } from './step.ts';
import type { Unit } from './unit.ts';
import { writeValue } from './value.ts';

export const writeIf: StepWriter = ({ map, value, number, line }, unit, write) => {
  unit.out.line(line, 'if (');
  writeCondition(value, unit);
  unit.out.text(') {');
  unit.trace.branch(number, 'then');
  write(childOf(map, 'then'), unit);
  writeElse(entryOf(map, 'else'), { number, line }, unit, write);
};

export const writeChoose: StepWriter = ({ map, value, number, line }, unit, write) => {
  const cases = value.kind === 'list' ? value.items : [];
  for (const [index, item] of cases.entries()) {
    if (item.kind !== 'map') continue;
    const place = unit.report.source.line(item.start);
    unit.out.line(place, index === 0 ? 'if (' : '} else if (');
    const when = childOf(item, 'when');
    if (when !== undefined) writeCondition(when, unit);
    unit.out.text(') {');
    unit.trace.branch(number, `when ${index + 1}`);
    write(childOf(item, 'do'), unit);
  }
  writeElse(entryOf(map, 'otherwise'), { number, line }, unit, write);
};

export const writeFor: StepWriter = ({ map, value, number, line }, unit, write) => {
  const names = value.kind === 'scalar' ? loopNames(value) : [];
  const list = childOf(map, 'in');
  unit.out.line(line, `for (let [${names.map(({ name }) => name).join(', ')}] of $.entries(`);
  if (list?.kind === 'scalar') writeSingle(list, unit);
  else if (list !== undefined) writeValue(list, unit);
  unit.out.text(')) {');
  unit.trace.iteration(
    number,
    names.map(({ name }) => name),
  );
  unit.scope.within(names, () => write(childOf(map, 'do'), unit));
  unit.out.line(line, '}');
};

export const writeWhile: StepWriter = ({ map, value, number, line }, unit, write) => {
  // The condition is asked again after steps of other numbers.
  unit.out.line(line, `while ($.step = ${number}, `);
  writeCondition(value, unit);
  unit.out.text(') {');
  unit.trace.iteration(number, []);
  write(childOf(map, 'do'), unit);
  unit.out.line(line, '}');
};

export const writeTry: StepWriter = ({ map, value, number, line }, unit, write) => {
  unit.out.line(line, 'try {');
  write(value, unit);
  const caught = entryOf(map, 'catch');
  if (caught !== undefined) {
    const place = unit.report.source.line(caught.key.start);
    unit.out.line(place, '} catch ($thrown) {');
    unit.out.line(place, 'const error = $.caught($thrown);');
    unit.trace.caught(number);
    unit.scope.withinCatch(() => write(caught.value, unit));
  }
  const last = entryOf(map, 'finally');
  if (last !== undefined) {
    const place = unit.report.source.line(last.key.start);
    unit.out.line(place, '} finally {');
    // What goes on from here was thrown by a step before these.
    unit.out.line(place, 'const $step = $.step;');
    unit.trace.branch(number, 'finally');
    write(last.value, unit);
    unit.out.line(place, '$.step = $step;');
  }
  unit.out.line(line, '}');
};

function writeElse(
  entry: MapEntry | undefined,
  { number, line }: Pick<StepNode, 'number' | 'line'>,
  unit: Unit,
  write: (list: YamlNode | undefined, unit: Unit) => void,
): void {
  if (entry === undefined) unit.trace.noBranch(number);
  else {
    const place = unit.report.source.line(entry.value.start);
    unit.out.line(place, '} else {');
    unit.trace.branch(number, entry.key.text);
    write(entry.value, unit);
  }
  unit.out.line(line, '}');
}

function writeCondition(node: YamlNode, unit: Unit): void {
  if (node.kind === 'scalar') writeSingle(node, unit);
}

/** The one or two names of `for`, each with its place. */
function loopNames(node: ScalarNode): readonly { readonly name: string; readonly span: Span }[] {
  return [...node.text.matchAll(/[^\s,]+/g)].map(({ 0: name, index }) => {
    const start = node.offset(index);
    return { name, span: { start, end: start + name.length } };
  });
}
