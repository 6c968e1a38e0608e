import { patternMistake } from '../core/policy.ts';
import type { Schedule } from '../core/schedule.ts';
import { isUnawaited, type Trigger } from './generate/unit.ts';
import type { Report } from './report.ts';
import { readSchedule, SCHEDULE_KEYS } from './schedule/read.ts';
import { childOf, entryOf, isNull, type MapNode, type YamlNode } from './yaml/tree.ts';

const TRIGGERS: readonly Trigger[] = ['webhook', 'function', 'topic', 'schedule'];

/** What starts an automation. */
export interface Start {
  readonly trigger: Trigger;
  /** The topics, as a pattern (`wildcard.ts`); with `trigger: topic` alone. */
  readonly on?: string;
  /** With `trigger: schedule` alone. */
  readonly schedule?: Schedule;
  /** Whether its topic or its schedule starts nothing; a person still may. */
  readonly disabled?: true;
}

/** Reports inputs that must be given where nobody gives any: every run would fail. */
export function refuseRequiredInputs(tree: MapNode, trigger: Trigger, report: Report): void {
  const inputs = childOf(tree, 'inputs');
  if (!isUnawaited(trigger) || inputs?.kind !== 'map') return;
  for (const { value } of inputs.entries) {
    const required = value.kind === 'map' ? entryOf(value, 'required') : undefined;
    if (required === undefined || !isTrue(required.value)) continue;
    const message = `Expected an input with a default, because nobody gives one with \`trigger: ${trigger}\`, got \`required\``;
    report.error('trigger.unfit', required.key, message, { hint: 'Write `default: VALUE`.' });
  }
}

/** Reads `trigger` and the keys that go with it; reports those that are missing, wrong, or of no use. */
export function readTrigger(tree: MapNode, report: Report): Start {
  const node = childOf(tree, 'trigger');
  const text = node?.kind === 'scalar' ? node.text : '';
  const trigger = TRIGGERS.find((name) => name === text) ?? 'webhook';
  if (trigger !== 'schedule') refuseKeys(tree, SCHEDULE_KEYS, '`trigger: schedule`', report);
  const disabled = isTrue(childOf(tree, 'disabled')) ? ({ disabled: true } as const) : {};
  if (trigger === 'schedule') {
    const schedule = readSchedule(tree, report);
    return { trigger, ...(schedule === undefined ? {} : { schedule }), ...disabled };
  }
  if (trigger === 'topic') {
    const on = topicOf(tree, report);
    return { trigger, ...(on === undefined ? {} : { on }), ...disabled };
  }
  refuseKeys(tree, ['on', 'disabled'], '`trigger: topic` or `trigger: schedule`', report);
  return { trigger };
}

function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true;
}

function refuseKeys(tree: MapNode, keys: readonly string[], beside: string, report: Report): void {
  for (const key of keys) {
    const entry = entryOf(tree, key);
    if (entry === undefined) continue;
    report.error('key.conflict', entry.key, `Expected \`${key}\` beside ${beside}, got it without`);
  }
}

/** The pattern of topics that start it. */
function topicOf(tree: MapNode, report: Report): string | undefined {
  const entry = entryOf(tree, 'on');
  if (entry === undefined || isNull(entry.value)) {
    const place = entry?.key ?? entryOf(tree, 'trigger')?.key ?? tree;
    const hint = 'It says which topics start it: `on: order.*`.';
    report.error('key.missing', place, 'Expected a topic in `on`, got none', { hint });
    return undefined;
  }
  const { value } = entry;
  if (value.kind === 'list') {
    report.error('value.type', value, 'Expected a topic in `on`, got a list', {
      hint: 'A pattern such as `order.*` stands for several.',
    });
  }
  if (value.kind !== 'scalar') return undefined; // Reported as a value of another type.
  const mistake = patternMistake('hooks', value.text);
  if (mistake !== undefined) report.error('value.invalid', value, mistake);
  return value.text;
}
