import type { JournalEntry } from '../core/effect.ts';
import type { LogLine, RunFailure } from '../core/run.ts';
import { childOf, type MapNode, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import { compare, difference, shown } from './compare.ts';
import { judgeEffect } from './judge-effect.ts';
import { judgeResponse } from './judge-response.ts';
import type { CaseOutcome } from './run-case.ts';
import type { Difference, TestCase } from './suite.ts';
import { targetText } from './target.ts';

/** Where an outcome is not what its case expects; nothing where it passes. */
export function judge(test: TestCase, outcome: CaseOutcome): readonly Difference[] {
  // What follows from a missing reply is no news.
  if (outcome.missing.length > 0) return outcome.missing;
  const { expect } = test;
  const { failure, logs, value } = outcome.record;
  const response = expect === undefined ? undefined : childOf(expect, 'response');
  const found = [
    ...judgeFailure(expect, failure, test),
    ...(response?.kind === 'map' ? judgeResponse(response, outcome.answer) : []),
    ...judgeValue(expect, value),
    ...judgeEffects(expect, outcome.effects),
    ...judgeLogs(expect, logs),
    ...outcome.unused,
  ];
  const [first, ...others] = found;
  if (first === undefined || failure === undefined) return found;
  return [{ ...first, next: first.next ?? failedText(failure) }, ...others];
}

function judgeFailure(
  expect: MapNode | undefined,
  failure: RunFailure | undefined,
  { place }: TestCase,
): readonly Difference[] {
  const node = expect === undefined ? undefined : childOf(expect, 'failure');
  if (node === undefined) {
    // A caller sees the failure as an answer: who expects an answer has said what it should be.
    const isCovered = expect !== undefined && childOf(expect, 'response') !== undefined;
    if (failure === undefined || isCovered) return [];
    const got = `${failure.code}: ${failure.message}`;
    return [{ what: 'failure', expected: 'a run that succeeds', got, place }];
  }
  if (node.kind !== 'map') return compare(node, failure?.code, 'failure');
  const { code, message, line } = failure ?? {};
  const text = childOf(node, 'message');
  return [
    ...compareKey(node, 'code', code, 'failure'),
    ...compareKey(node, 'line', line, 'failure'),
    ...(text === undefined ? [] : contains(text, message, 'failure.message')),
  ];
}

function judgeValue(expect: MapNode | undefined, value: string | undefined): readonly Difference[] {
  const node = expect === undefined ? undefined : childOf(expect, 'value');
  if (node === undefined) return [];
  return compare(node, value === undefined ? undefined : JSON.parse(value), 'value');
}

function judgeEffects(
  expect: MapNode | undefined,
  effects: readonly JournalEntry[],
): readonly Difference[] {
  const node = expect === undefined ? undefined : childOf(expect, 'effects');
  if (node?.kind !== 'list') return [];
  const found = node.items.flatMap((item, index) =>
    item.kind === 'map' ? judgeEffect(item, effects[index], `effects[${index}]`) : [],
  );
  const more = effects.slice(node.items.length).map(targetText);
  if (more.length === 0) return found;
  const extra = {
    what: 'effects',
    expected: `${node.items.length} in all`,
    got: `${more.length} more: ${more.join(', ')}`,
    place: node,
  };
  return [...found, extra];
}

function judgeLogs(expect: MapNode | undefined, logs: readonly LogLine[]): readonly Difference[] {
  const node = expect === undefined ? undefined : childOf(expect, 'logs');
  if (node?.kind !== 'list') return [];
  let next = 0;
  return node.items.flatMap((item, index) => {
    const at = logs.findIndex((line, position) => position >= next && isLine(item, line));
    if (at >= 0) {
      next = at + 1;
      return [];
    }
    const got = logs.slice(next).map(({ level, text }) => `${level}: ${text}`);
    return [difference(item, got, `logs[${index}]`)];
  });
}

function isLine(node: YamlNode, { level, text }: LogLine): boolean {
  if (node.kind !== 'map') return text.includes(textOf(node));
  const wanted = childOf(node, 'level');
  return (
    (wanted === undefined || textOf(wanted) === level) &&
    text.includes(textOf(childOf(node, 'text')))
  );
}

function compareKey(node: MapNode, key: string, got: unknown, what: string): readonly Difference[] {
  const wanted = childOf(node, key);
  return wanted === undefined ? [] : compare(wanted, got, `${what}.${key}`);
}

/** That a text has another in it. */
function contains(node: YamlNode, got: string | undefined, what: string): readonly Difference[] {
  if (got?.includes(textOf(node))) return [];
  const expected = `a text with ${shown(plainValue(node))}`;
  return [{ what, expected, got: shown(got), place: node }];
}

function failedText({ code, message, line }: RunFailure): string {
  const where = line === undefined ? '' : ` in line ${line} of the automation`;
  return `The run failed${where}, ${code}: ${message}`;
}

function textOf(node: YamlNode | undefined): string {
  return node?.kind === 'scalar' ? node.text : '';
}
