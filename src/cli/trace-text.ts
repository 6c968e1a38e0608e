import type { TracedChange } from '../core/trace.ts';
import type { EffectJson } from '../http/api/represent-run.ts';
import type { TraceEntryJson, TraceJson } from '../http/api/represent-trace.ts';
import { outcomeText } from './event-text.ts';
import { excerpt, excerpts } from './excerpt.ts';
import { differenceText } from './replay-text.ts';
import { printableLine, type Style } from './style.ts';

/** For people: a block for each step with its line, what it changed, and its effects. */
export function traceText(trace: TraceJson, style: Style): string {
  const { automation, entries, outcome, differences } = trace;
  const places = entries.map(({ line }) => `${printableLine(automation)}:${line}`);
  const width = Math.max(0, ...places.map(({ length }) => length));
  const blocks = entries.map((entry, index) => {
    const place = (entry.is === 'step' ? (places[index] as string) : '').padEnd(width);
    const indent = ' '.repeat(width + 2 + 2 * entry.depth);
    return [
      `${style('dim', place)}  ${'  '.repeat(entry.depth)}${headText(entry, style)}`,
      ...detailTexts(entry).map((text) => `${indent}  ${text}`),
    ].join('\n');
  });
  const end = outcome === null ? [] : outcomeText({ ...outcome, logs: [] });
  return [
    headOf(trace, style),
    ...(blocks.length === 0 ? [] : ['', ...blocks]),
    ...(end.length === 0 ? [] : ['', ...end]),
    ...differences.map((difference) => `\n${differenceText(difference, style)}`),
  ].join('\n');
}

function headOf({ run, automation, entries, outcome, same }: TraceJson, style: Style): string {
  const steps = entries.filter(({ is }) => is === 'step').length;
  const effects = entries.flatMap((entry) => entry.effects).length;
  const count = (number: number, what: string): string =>
    `${number} ${what}${number === 1 ? '' : 's'}`;
  const end = outcome?.status ?? 'has not ended';
  const colour = outcome?.status === 'succeeded' ? 'green' : 'red';
  return [
    `${style('bold', run)} ${printableLine(automation)} ${style(colour, end)}`,
    count(steps, 'step'),
    `${count(effects, 'effect')}.`,
    ...(same ? [] : [style('red', 'It does not end as the run did: see below.')]),
  ].join(', ');
}

function headText(entry: TraceEntryJson, style: Style): string {
  const { is, kind, name, branch, skipped, count, variables } = entry;
  if (is === 'iteration') {
    const set = variables.map((one) => `${one.name} = ${excerpt(valueText(one.value))}`);
    return `${style('cyan', `#${count}`)} ${set.join(', ')}`.trimEnd();
  }
  if (is === 'part') return style('cyan', printableLine(branch ?? ''));
  return [
    style('bold', kind),
    ...(name === null ? [] : [`“${printableLine(name)}”`]),
    ...(branch === null ? [] : [`→ ${branch}`]),
    ...(skipped ? [style('dim', '(its `when` is false)')] : []),
  ].join(' ');
}

function detailTexts({ error, effects, changes, logs, answered }: TraceEntryJson): string[] {
  return [
    ...(error === null ? [] : [`error = ${excerpt(valueText(error))}`]),
    ...effects.flatMap(effectTexts),
    ...changes.map(changeText),
    ...logs.map(({ level, text }) => `${level}: ${excerpt(text)}`),
    ...(answered ? ['answers'] : []),
  ];
}

function changeText({ name, before, after }: TracedChange): string {
  const [was, is] = excerpts(valueText(before), valueText(after));
  return was === UNSET ? `${name} = ${is}` : `${name}: ${was} → ${is}`;
}

/** Arguments that the target tells already, or that are settings of the step: `--json` has them. */
const UNTOLD: ReadonlySet<string> = new Set([
  ...(['method', 'url', 'expect', 'timeoutMs', 'attempts', 'backoff', 'inDoubt'] as const),
  ...(['op', 'key', 'until', 'function', 'topic', 'hook'] as const),
]);

function effectTexts({ number, target, result, duration_ms, ...effect }: EffectJson): string[] {
  const told = Object.entries(effect.arguments as object).filter(([name]) => !UNTOLD.has(name));
  const args = told.length === 0 ? '' : ` ${excerpt(JSON.stringify(Object.fromEntries(told)))}`;
  const asked = `effect ${number} ${printableLine(target)}${args}`;
  if (result === null) return [asked, '→ no result'];
  const given = result.ok
    ? excerpt(JSON.stringify(result.value))
    : `${result.code}${result.status === null ? '' : ` ${result.status}`}: ${excerpt(result.message)}`;
  return [asked, `→ ${given} after ${duration_ms} ms`];
}

const UNSET = 'undefined';

/** A traced value in the manner of JavaScript; see `TraceItem` for what begins with `$`. */
function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  const members = Object.entries(value);
  const [first] = members;
  if (first?.[0].startsWith('$') === true) return markedText(first[0], first[1], members.length);
  const texts = members.map(([key, member]) =>
    key === '$more' ? `… ${String(member)} more` : `${JSON.stringify(key)}:${valueText(member)}`,
  );
  return `{${texts.join(',')}}`;
}

function markedText(mark: string, value: unknown, members: number): string {
  switch (mark) {
    case '$undefined':
      return UNSET;
    case '$number':
    case '$date':
      return String(value);
    case '$bigint':
      return `${String(value)}n`;
    case '$bytes':
      return `(${String(value)} bytes)`;
    case '$text':
      return members === 2 ? `${JSON.stringify(value).slice(0, -1)}…` : JSON.stringify(value);
    case '$error':
      return `Error(${valueText(value)})`;
    case '$map':
    case '$set':
      return `${mark === '$map' ? 'Map' : 'Set'}(${valueText(value)})`;
    case '$more':
      return `… ${String(value)} more`;
    default:
      return `(${mark.slice(1)})`;
  }
}
