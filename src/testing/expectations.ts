import { parseDuration } from '../core/quantity.ts';
import { said } from '../language/check/expected.ts';
import type { Report } from '../language/report.ts';
import {
  childOf,
  isNull,
  type MapEntry,
  type MapNode,
  type YamlNode,
} from '../language/yaml/tree.ts';
import { EFFECT_KINDS } from './shape.ts';
import type { ScriptedReply } from './suite.ts';
import { policyMistake, stateTarget } from './target.ts';

/** Keys of `expect` under which nothing is no value. */
const JUDGED: ReadonlySet<string> = new Set(['response', 'effects', 'logs', 'failure']);

/**
 * Checks what the shape of `expect` lets pass: targets of effects, and what says nothing. An expectation that
 * every run meets would be taken for a proof.
 */
export function checkExpectations(expect: MapNode, report: Report): void {
  for (const entry of expect.entries) checkSaysSomething(entry, report);
  const response = childOf(expect, 'response');
  if (response?.kind === 'map') checkParts(response, report);
  const failure = childOf(expect, 'failure');
  if (failure?.kind === 'map') checkParts(failure, report);
  const effects = childOf(expect, 'effects');
  for (const item of effects?.kind === 'list' ? effects.items : []) {
    if (item.kind === 'map') checkEffect(item, report);
  }
}

function checkSaysSomething({ key, value }: MapEntry, report: Report): void {
  const isEmpty = value.kind === 'map' && value.entries.length === 0;
  if (!JUDGED.has(key.text) || !(isEmpty || isNull(value))) return;
  const message = `Expected something under \`${key.text}\`, got nothing, which every run meets`;
  report.error('value.type', key, message, {
    hint:
      key.text === 'effects' ? 'Write `effects: []` for none.' : 'Take the key away, or say what.',
  });
}

/** Of a response or a failure: what is asked for must be able to be missing. */
function checkParts(node: MapNode, report: Report): void {
  for (const entry of node.entries) {
    const { key, value } = entry;
    checkHeaders(entry, report);
    if (key.text !== 'contains' && key.text !== 'message') continue;
    if (value.kind !== 'scalar' || (value.text !== '' && !isNull(value))) continue;
    report.error('value.type', key, `Expected a part of a text as \`${key.text}\`, got none`);
  }
}

/** Whatever else stands there would be compared with nothing. */
function checkHeaders({ key, value }: MapEntry, report: Report): void {
  if (key.text !== 'headers' || value.kind === 'map') return;
  report.error('value.type', key, `Expected headers by name, got ${said(value)}`);
}

function checkEffect(item: MapNode, report: Report): void {
  for (const entry of item.entries) checkHeaders(entry, report);
  const entry = item.entries.find(({ key }) => EFFECT_KINDS.some((kind) => kind === key.text));
  if (entry === undefined) return;
  if (entry.key.text === 'wait') {
    checkWait(entry.value, report);
    return;
  }
  const kind = entry.key.text as ScriptedReply['kind'];
  const text = entry.value.kind === 'scalar' ? entry.value.text : '';
  if (kind === 'state' && stateTarget(text).op === undefined) {
    const message = `Expected an operation and a key such as \`set orders/7\`, got \`${text}\``;
    report.error('value.invalid', entry.value, message);
    return;
  }
  const mistake = policyMistake(kind, text);
  if (mistake !== undefined) report.error('policy.invalid', entry.value, mistake);
}

function checkWait(node: YamlNode, report: Report): void {
  const text = node.kind === 'scalar' ? node.text : '';
  if (parseDuration(text) !== undefined || !Number.isNaN(Date.parse(text))) return;
  const message = `Expected a duration such as \`5m\`, or a time, got \`${text}\``;
  report.error('value.invalid', node, message);
}
