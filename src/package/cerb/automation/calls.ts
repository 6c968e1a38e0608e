import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';
import { type Code, LEVEL, make } from '../twig/code.ts';
import { checkKeys } from './control.ts';
import { EFFECT_KEYS, inputsOf, outputOf, withHandlers } from './effects.ts';
import { guard, judge, prefixesOf } from './judge.ts';
import { ifStep, refuse, type Step, type Translation } from './translation.ts';
import {
  beginningOf,
  expression,
  readEntries,
  readValue,
  staticText,
  toCode,
  toYaml,
} from './value.ts';

const URI = /^cerb:automation:/;
/** Seconds of the units that people write in `expires:`. */
const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  sec: 1,
  minute: 60,
  min: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

/** `function:` calls another automation. */
export function functionCall(entry: KataEntry, translation: Translation): Step[] {
  checkKeys(entry, ['uri', ...EFFECT_KEYS], translation);
  const uri = entryOf(entry.entries, 'uri');
  if (uri === undefined) {
    translation.findings.error('cerb.key', entry.span, 'Expected `uri:` in `function:`, got none');
    return [];
  }
  const value = readValue(uri, translation);
  const written = toYaml(value);
  const name = typeof written === 'string' ? written.trim().replace(URI, '') : written;
  const judgement = judge('function', { uri: toCode(value) }, translation);
  const { functions } = translation.needed;
  if (judgement.is !== 'denied') {
    const known = staticText(value)?.trim().replace(URI, '');
    const prefixes = prefixesOf('function', 'uri', translation).map((prefix) =>
      prefix.replace(URI, ''),
    );
    const patterns =
      known === undefined && prefixes.length > 0
        ? prefixes.map((prefix) => below(prefix, '.'))
        : [known ?? below(beginningOf(value).replace(URI, ''), '.')];
    for (const pattern of patterns) functions.add(pattern);
  }
  const given = entryOf(entry.entries, 'inputs');
  const inputs =
    given === undefined || given.entries.length === 0
      ? undefined
      : readEntries(given.entries, translation);
  const output = outputOf(entry);
  const step = {
    call: name,
    ...(inputs === undefined ? {} : { with: inputs }),
    ...(output === undefined ? {} : { as: translation.scope.nameOf(output) }),
  };
  const steps = [...guard('function', judgement), ...(judgement.is === 'denied' ? [] : [step])];
  return withHandlers(entry, steps, translation);
}

/** `a.b.` is `a.b.**`: all that begins so. */
function below(beginning: string, separator: '.' | '/'): string {
  return `${beginning.slice(0, beginning.lastIndexOf(separator) + 1)}**`;
}

/** `storage.get`, `storage.set` and `storage.delete` are the state. */
export function storage(entry: KataEntry, translation: Translation): Step[] {
  checkKeys(entry, EFFECT_KEYS, translation);
  const inputs = inputsOf(entry);
  const key = entryOf(inputs, 'key');
  if (key === undefined) {
    translation.findings.error('cerb.key', entry.span, 'Expected `key:` in `inputs:`, got none');
    return [];
  }
  const value = readValue(key, translation);
  const judgement = judge(entry.type, { key: toCode(value) }, translation);
  if (judgement.is !== 'denied')
    translation.needed.state.add(staticText(value)?.trim() ?? below(beginningOf(value), '/'));
  const steps =
    judgement.is === 'denied' ? [] : stateSteps(entry, inputs, toYaml(value), translation);
  return withHandlers(entry, [...guard(entry.type, judgement), ...steps], translation);
}

function stateSteps(
  entry: KataEntry,
  inputs: readonly KataEntry[],
  key: unknown,
  translation: Translation,
): Step[] {
  const output = outputOf(entry);
  const result = output === undefined ? {} : { as: translation.scope.nameOf(output) };
  if (entry.type === 'storage.delete') return [{ state: { delete: key }, ...result }];
  if (entry.type === 'storage.set') {
    const value = entryOf(inputs, 'value');
    const ttl = ttlOf(entryOf(inputs, 'expires'), translation);
    const shown = value === undefined ? null : toYaml(readValue(value, translation));
    return [
      { state: { set: key, value: shown, ...(ttl === undefined ? {} : { ttl }) }, ...result },
    ];
  }
  const fallback = entryOf(inputs, 'default');
  if (fallback !== undefined) {
    return [{ state: { get: key, default: toYaml(readValue(fallback, translation)) }, ...result }];
  }
  const target =
    output === undefined ? translation.scope.helper('stored') : translation.scope.nameOf(output);
  const found: Code = make(`${target} == null`, LEVEL.equality, 'bool');
  return [
    { state: { get: key }, as: target },
    ifStep(expression(found), [{ fail: 'Expected a stored value, got none.' }]),
  ];
}

/** `1 week` as our durations. */
function ttlOf(entry: KataEntry | undefined, translation: Translation): string | undefined {
  const text = plainText(entry)?.trim();
  if (entry === undefined || text === undefined || text === '' || text === '0') return undefined;
  const parts = [...text.matchAll(/\+?(\d+)\s*([a-z]+?)s?(?=[\s,\d]|$)/gi)];
  const seconds = parts.reduce(
    (sum, [, count, unit]) =>
      sum + Number(count) * (SECONDS[(unit ?? '').toLowerCase()] ?? Number.NaN),
    0,
  );
  if (parts.length > 0 && Number.isFinite(seconds)) {
    return seconds % 86_400 === 0 ? `${seconds / 86_400}d` : `${seconds}s`;
  }
  refuse(
    translation,
    'cerb.value',
    entry.span,
    `Expected a duration such as \`1 week\`, got \`${text}\``,
  );
  return undefined;
}
