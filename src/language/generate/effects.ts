import { childOf, type MapNode, type YamlNode } from '../yaml/tree.ts';
import { resultName } from './data.ts';
import type { StepNode, StepWriter } from './step.ts';
import { BODIES, isComputed, noteTarget } from './target-of-effect.ts';
import type { Unit } from './unit.ts';
import { writeValue } from './value.ts';

export const writeHttp: StepWriter = (step, unit) => {
  const { value } = step;
  if (value.kind === 'map') {
    refuseBody(value, unit);
    noteTarget('http', childOf(value, 'url'), unit, value);
  } else noteTarget('http', value, unit);
  writeEffect(step, 'http', [value.kind === 'map' ? withExpectedList(value) : value], unit);
};

export const writeState: StepWriter = (step, unit) => {
  const { value } = step;
  if (value.kind !== 'map') return;
  const child = (name: string) => childOf(value, name);
  const operation = ['get', 'set', 'delete', 'increment'].find((name) => child(name) !== undefined);
  if (operation === undefined) return;
  const key = child(operation);
  noteTarget('state', key, unit);
  const given: Readonly<Record<string, readonly (YamlNode | undefined)[]>> = {
    get: [key, child('default')],
    set: [key, child('value'), only(value, 'ttl')],
    delete: [key],
    increment: [key, child('by'), only(value, 'ttl')],
  };
  writeEffect(step, `state.${operation}`, given[operation] ?? [], unit);
};

export const writeWait: StepWriter = (step, unit) => writeEffect(step, 'wait', [step.value], unit);

export const writeCall: StepWriter = (step, unit) => {
  noteTarget('call', step.value, unit);
  writeEffect(step, 'call', [step.value, childOf(step.map, 'with')], unit);
};

export const writeEmit: StepWriter = (step, unit) => writeMessage(step, 'emit', 'topic', unit);

export const writeHook: StepWriter = (step, unit) => writeMessage(step, 'hook', 'name', unit);

function writeMessage(step: StepNode, kind: 'emit' | 'hook', key: string, unit: Unit): void {
  if (step.value.kind !== 'map') return;
  const to = childOf(step.value, key);
  noteTarget(kind, to, unit);
  writeEffect(step, kind, [to, childOf(step.value, 'data')], unit);
}

/** The call of an effect; arguments that are not given are `undefined` where others follow. */
function writeEffect(
  { map, line }: StepNode,
  effect: string,
  given: readonly (YamlNode | undefined)[],
  unit: Unit,
): void {
  unit.hasAwait = true;
  const name = resultName(map);
  unit.out.line(line, `${name === undefined ? '' : `${name.text} = `}await $.effects.${effect}(`);
  const count = given.findLastIndex((node) => node !== undefined) + 1;
  for (const node of given.slice(0, count)) {
    if (node === undefined) unit.out.text('undefined');
    else writeValue(node, unit);
    unit.out.text(', ');
  }
  unit.out.text(');');
  if (name !== undefined) unit.scope.declare(name.text, name);
}

/** The guest refuses it too, in each run. */
function refuseBody(request: MapNode, unit: Unit): void {
  const method = childOf(request, 'method');
  if (method?.kind !== 'scalar' || !/^(?:GET|HEAD)$/.test(method.text)) return;
  const body = request.entries.find(({ key }) => BODIES.some((name) => name === key.text));
  // What an expression gives may be `undefined`, and so no body.
  if (body === undefined || (body.key.text !== 'json' && isComputed(body.value))) return;
  const message = `Expected no body with \`${method.text}\`, got \`${body.key.text}\``;
  unit.report.error('key.conflict', body.key, message, {
    hint: 'Write another `method`, or send it as `query`.',
  });
}

/** `expect: 201` is short for a list of one. */
function withExpectedList(request: MapNode): MapNode {
  const entries = request.entries.map((entry) => {
    const { key, value } = entry;
    if (key.text !== 'expect' || value.kind !== 'scalar') return entry;
    if (typeof value.value !== 'number') return entry;
    const { start, end } = value;
    return { key, value: { kind: 'list' as const, start, end, items: [value] } };
  });
  return { ...request, entries };
}

/** A map with one of a map's keys, or nothing where it is not there. */
function only(map: MapNode, key: string): MapNode | undefined {
  const entries = map.entries.filter((entry) => entry.key.text === key);
  return entries.length === 0 ? undefined : { ...map, entries };
}
