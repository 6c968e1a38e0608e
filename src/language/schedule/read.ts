import type { Schedule } from '../../core/schedule.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { Report } from '../report.ts';
import { entryOf, isNull, type MapNode, type ScalarNode, type YamlNode } from '../yaml/tree.ts';
import { cronMistake } from './mistake.ts';

/** Keys that stand beside `trigger: schedule` alone, besides `on`. */
export const SCHEDULE_KEYS: readonly string[] = ['timezone', 'missed', 'overlap'];

/** The schedule of an automation with `trigger: schedule`; reports what is missing or wrong. */
export function readSchedule(tree: MapNode, report: Report): Schedule | undefined {
  const on = entryOf(tree, 'on');
  if (on === undefined || isNull(on.value)) {
    const place = on?.key ?? entryOf(tree, 'trigger')?.key ?? tree;
    report.error('key.missing', place, 'Expected a cron expression in `on`, got none', {
      hint: 'It says when: `on: "0 7 * * 1-5"`, or `on: "@hourly"`.',
    });
    return undefined;
  }
  const expressions = expressionsOf(on.value);
  if (expressions.length === 0 && on.value.kind === 'list') {
    report.error('key.missing', on.value, 'Expected a cron expression in `on`, got an empty list');
  }
  for (const node of expressions) checkExpression(node, report);
  return {
    on: expressions.map(({ text }) => text.trim()),
    timezone: timezoneOf(tree, report),
    missed: textOf(tree, 'missed') === 'skip' ? 'skip' : 'run',
    overlap: textOf(tree, 'overlap') === 'allow' ? 'allow' : 'skip',
  };
}

function expressionsOf(node: YamlNode): readonly ScalarNode[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' ? [item] : []));
}

function checkExpression(node: ScalarNode, report: Report): void {
  const mistake = node.isBroken ? undefined : cronMistake(node.text);
  if (mistake === undefined) return;
  const { start, end, message, hint } = mistake;
  const isWhole = start === 0 && end === node.text.length;
  const span = isWhole ? node : { start: node.offset(start), end: node.offset(end) };
  report.error('value.invalid', span, message, { hint });
}

function timezoneOf(tree: MapNode, report: Report): string {
  const node = entryOf(tree, 'timezone')?.value;
  if (node === undefined || node.kind !== 'scalar' || isNull(node)) return 'UTC';
  if (isTimezone(node.text)) return node.text;
  report.error(
    'value.invalid',
    node,
    `Expected the IANA name of a time zone, got \`${node.text}\``,
    {
      hint:
        didYouMean(node.text, Intl.supportedValuesOf('timeZone')) ??
        'Such as `Europe/Berlin` or `America/New_York`; `UTC` unless given.',
    },
  );
  return 'UTC';
}

/** Whether the machine's time zone database has this name. Later versions of Node take `+02:00` too. */
function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function textOf(tree: MapNode, key: string): string {
  const node = entryOf(tree, key)?.value;
  return node?.kind === 'scalar' ? node.text : '';
}
