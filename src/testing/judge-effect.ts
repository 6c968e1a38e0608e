import type { HttpArgs, JournalEntry, WaitArgs } from '../core/effect.ts';
import { formatDuration, parseDuration } from '../core/quantity.ts';
import { entryOf, type MapEntry, type MapNode, type YamlNode } from '../language/yaml/tree.ts';
import { compare, difference } from './compare.ts';
import { judgeHeaders, judgeJson, textIs } from './judge-response.ts';
import { EFFECT_KINDS } from './shape.ts';
import type { Difference, ScriptedReply } from './suite.ts';
import { fitsTarget, targetText } from './target.ts';

/** Where an effect is not what an item of `expect.effects` says. */
export function judgeEffect(
  node: MapNode,
  effect: JournalEntry | undefined,
  what: string,
): readonly Difference[] {
  const target = EFFECT_KINDS.map((kind) => entryOf(node, kind)).find(Boolean);
  if (target === undefined) return [];
  if (effect === undefined || !isTarget(target, effect)) {
    const expected = `${target.key.text}: ${textOf(target)}`;
    const got = effect === undefined ? 'nothing' : targetText(effect);
    return [{ what, expected, got, place: target.value }];
  }
  const others = node.entries.filter((entry) => entry !== target);
  return others.flatMap((entry) => judgeArgument(entry, effect, `${what}.${entry.key.text}`));
}

function isTarget(target: MapEntry, effect: JournalEntry): boolean {
  const kind = target.key.text as JournalEntry['kind'];
  const text = textOf(target);
  if (kind === 'wait') return effect.kind === 'wait' && isWait(text, effect);
  return fitsTarget(kind as ScriptedReply['kind'], text, effect);
}

/** A duration counts from when the run asked. */
function isWait(text: string, { args, beganAt }: JournalEntry): boolean {
  const { until } = JSON.parse(args) as WaitArgs;
  const ms = parseDuration(text);
  return until === (ms === undefined ? Date.parse(text) : beganAt + ms);
}

function judgeArgument(
  { key, value }: MapEntry,
  { kind, args }: JournalEntry,
  what: string,
): readonly Difference[] {
  const given = JSON.parse(args) as Readonly<Record<string, unknown>>;
  if (key.text === 'ttl') return judgeTtl(value, given.ttlMs, what);
  if (kind !== 'http') return compare(value, given[key.text], what);
  const { headers, body, base64 } = given as unknown as HttpArgs;
  const text = body ?? Buffer.from(base64 ?? '', 'base64').toString();
  switch (key.text) {
    case 'headers':
      return value.kind === 'map' ? judgeHeaders(value, headers, what) : [];
    case 'json':
      return judgeJson(value, text, what, false);
    case 'body':
      return textIs(value, text) ? [] : [difference(value, text, what)];
    case 'base64':
      return compare(value, base64 ?? Buffer.from(text).toString('base64'), what);
    default:
      return compare(value, undefined, what);
  }
}

function judgeTtl(node: YamlNode, ttlMs: unknown, what: string): readonly Difference[] {
  const wanted = node.kind === 'scalar' ? parseDuration(node.text) : undefined;
  if (wanted === ttlMs) return [];
  return [difference(node, typeof ttlMs === 'number' ? formatDuration(ttlMs) : undefined, what)];
}

function textOf({ value }: MapEntry): string {
  return value.kind === 'scalar' ? value.text : '';
}
