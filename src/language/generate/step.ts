import { stepOf } from '../table/steps.ts';
import { childOf, type MapNode, type YamlNode } from '../yaml/tree.ts';
import { writeChoose, writeFor, writeIf, writeTry, writeWhile } from './control.ts';
import { writeLog, writeRun, writeSet } from './data.ts';
import { writeCall, writeEmit, writeHook, writeHttp, writeState, writeWait } from './effects.ts';
import { writeFail, writeRespond, writeReturn } from './ending.ts';
import { writeSingle } from './expression.ts';
import { writeParallel } from './parallel.ts';
import type { Unit } from './unit.ts';

/** What writes one step; `write` is for the lists of steps inside it. */
export type StepWriter = (step: StepNode, unit: Unit, write: WriteSteps) => void;
type WriteSteps = (list: YamlNode | undefined, unit: Unit) => void;

/** A step that is known by its keyword. What is in it may be wrong: then nothing comes of the program. */
export interface StepNode {
  readonly map: MapNode;
  /** What stands under the keyword. */
  readonly value: YamlNode;
  /** Index into `Program.steps`. */
  readonly number: number;
  /** YAML line of the keyword. */
  readonly line: number;
}

const WRITERS: Readonly<Record<string, StepWriter>> = {
  set: writeSet,
  run: writeRun,
  log: writeLog,
  http: writeHttp,
  state: writeState,
  wait: writeWait,
  call: writeCall,
  emit: writeEmit,
  hook: writeHook,
  parallel: writeParallel,
  if: writeIf,
  choose: writeChoose,
  for: writeFor,
  while: writeWhile,
  try: writeTry,
  respond: writeRespond,
  return: writeReturn,
  fail: writeFail,
};

/** Writes a list of steps, one after the other. */
export function writeSteps(list: YamlNode | undefined, unit: Unit): void {
  if (list?.kind !== 'list') return;
  for (const item of list.items) if (item.kind === 'map') writeStep(item, unit);
}

function writeStep(map: MapNode, unit: Unit): void {
  const entry = map.entries.find(({ key }) => stepOf(key.text) !== undefined);
  const writer = WRITERS[entry?.key.text ?? ''];
  if (entry === undefined || writer === undefined) {
    declareAll(map, unit);
    return;
  }
  const { line, column } = unit.report.source.position(map.entries[0]?.key.start ?? map.start);
  const name = childOf(map, 'name');
  const label = name?.kind === 'scalar' && name.value !== null ? { name: name.text } : {};
  const number = unit.places.length;
  unit.places.push({ kind: entry.key.text, ...label, line, column });
  unit.out.line(line, `$.step = ${number};`);
  unit.trace.begin(number);
  const when = childOf(map, 'when');
  if (when?.kind === 'scalar') {
    unit.out.line(line, 'if (');
    writeSingle(when, unit);
    unit.out.text(') {');
  }
  const keywordLine = unit.report.source.line(entry.key.start);
  unit.trace.depth += 1;
  writer({ map, value: entry.value, number, line: keywordLine }, unit, writeSteps);
  unit.trace.depth -= 1;
  unit.trace.end(number);
  if (when === undefined) return;
  unit.trace.skipped(number);
  unit.out.line(line, '}');
}

/**
 * A step that is misspelt is reported already. What it seems to set counts as set, so
 * that one mistake does not make ten.
 */
function declareAll(map: MapNode, unit: Unit): void {
  const result = childOf(map, 'as');
  if (result?.kind === 'scalar') unit.scope.declareLoosely(result.text, result);
  const first = map.entries[0]?.value;
  if (first?.kind !== 'map') return;
  for (const { key } of first.entries) {
    unit.scope.declareLoosely(key.text.split(/[.[]/, 1)[0] ?? '', key);
  }
}
