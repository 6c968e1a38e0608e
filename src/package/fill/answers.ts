import type { PackageManifest, PackagePrompt, PackageValues } from '../../core/package.ts';
import { secretValueMistake } from '../../core/secret.ts';
import { didYouMean } from '../../core/suggest.ts';
import { ANSWER_CHARACTERS_MAX } from '../limits.ts';

/** What a person gave, by key: texts from a command line, values from a file. */
export type Answers = Readonly<Record<string, unknown>>;

/** One thing that is wrong with the answers. Never quotes a secret. */
export interface AnswerProblem {
  readonly key: string;
  readonly kind: 'missing' | 'invalid' | 'unknown';
  /** "Expected X, got Y." without what to do. */
  readonly message: string;
  readonly hint?: string;
}

/** Answers that have been checked. */
export interface CheckedAnswers {
  readonly values: ReadonlyMap<string, string | number | boolean>;
  readonly secrets: ReadonlyMap<string, string>;
  /** Keys of secrets that the server has already, and nobody gave anew. */
  readonly kept: readonly string[];
  readonly problems: readonly AnswerProblem[];
}

/** What an earlier import left. */
export interface Earlier {
  readonly values: PackageValues;
  /** Names of the secrets that it stored. */
  readonly secrets: readonly string[];
}

/** Names that the server has, of which prompts ask for one. */
export type Existing = Readonly<Record<'webhook' | 'hook', readonly string[]>>;

/**
 * Checks answers against prompts. What nobody gave is that of an earlier import, else the default; what is
 * left is missing.
 *
 * @param existing absent where nobody knows, as on a command line; then any name will do
 */
export function checkAnswers(
  { prompts, placeholders }: Pick<PackageManifest, 'prompts' | 'placeholders'>,
  given: Answers,
  earlier?: Earlier,
  existing?: Existing,
): CheckedAnswers {
  const values = new Map<string, string | number | boolean>();
  const secrets = new Map<string, string>();
  const kept: string[] = [];
  const problems: AnswerProblem[] = unknownKeys(prompts, placeholders, given);
  for (const prompt of prompts) {
    const { key, type } = prompt;
    const answer = Object.hasOwn(given, key) ? given[key] : undefined;
    if (type === 'secret' && answer === undefined) {
      if (earlier?.secrets.includes(key)) kept.push(key);
      else problems.push(missing(prompt));
      continue;
    }
    const found = answer ?? earlierValue(prompt, earlier) ?? prompt.default;
    if (found === undefined) {
      problems.push(missing(prompt));
      continue;
    }
    const read = readAnswer(prompt, found);
    if (!read.ok) {
      problems.push({ key, kind: 'invalid', message: read.message });
      continue;
    }
    if (type === 'secret') secrets.set(key, String(read.value));
    else values.set(key, read.value);
    problems.push(...nowhere(prompt, read.value, existing));
  }
  return { values, secrets, kept, problems };
}

/** What is wrong with the name of something that the server has not. */
function nowhere(
  { key, type }: PackagePrompt,
  value: unknown,
  existing: Existing | undefined,
): readonly AnswerProblem[] {
  if (existing === undefined || (type !== 'webhook' && type !== 'hook')) return [];
  const name = String(value);
  if (existing[type].includes(name)) return [];
  const message = `Expected ${key} to be the name of a ${type}, got ${JSON.stringify(name)}, and there is none.`;
  const hint = didYouMean(name, existing[type]);
  return [{ key, kind: 'invalid', message, ...(hint === undefined ? {} : { hint }) }];
}

/** An earlier answer that the prompt still takes: a newer package may ask for something else. */
function earlierValue(prompt: PackagePrompt, earlier: Earlier | undefined): unknown {
  if (earlier === undefined || !Object.hasOwn(earlier.values, prompt.key)) return undefined;
  const value = earlier.values[prompt.key];
  return readAnswer(prompt, value).ok ? value : undefined;
}

function unknownKeys(
  prompts: PackageManifest['prompts'],
  placeholders: PackageManifest['placeholders'],
  given: Answers,
): AnswerProblem[] {
  const keys = prompts.map(({ key }) => key);
  return Object.keys(given)
    .filter((key) => !keys.includes(key))
    .map((key) => {
      const isMadeUp = placeholders.some((placeholder) => placeholder.key === key);
      const message = isMadeUp
        ? `Expected no answer to ${key}, which the import makes up, got one.`
        : `Expected the key of a prompt, got ${JSON.stringify(key)}.`;
      const hint = isMadeUp ? undefined : didYouMean(key, keys);
      return { key, kind: 'unknown', message, ...(hint === undefined ? {} : { hint }) };
    });
}

function missing({ key, label, type }: PackagePrompt): AnswerProblem {
  const what = label === key ? key : `${key} (${label})`;
  return { key, kind: 'missing', message: `Expected an answer to ${what}, a ${type}, got none.` };
}

type Read =
  | { readonly ok: true; readonly value: string | number | boolean }
  | { readonly ok: false; readonly message: string };

/** Reads one answer: a text, as it is typed, or a value of the prompt's own type. */
export function readAnswer(prompt: PackagePrompt, given: unknown): Read {
  switch (prompt.type) {
    case 'secret':
      return readSecret(prompt, given);
    case 'boolean':
      return readBoolean(prompt, given);
    case 'number':
      return readNumber(prompt, given);
    case 'choice':
      return readChoice(prompt, given);
    case 'webhook':
    case 'hook':
      return typeof given === 'string' && given.trim() === ''
        ? wrong(prompt, `the name of a ${prompt.type}`, given)
        : readText(prompt, given);
    case 'text':
      return readText(prompt, given);
  }
}

function readText(prompt: PackagePrompt, given: unknown): Read {
  if (typeof given !== 'string') return wrong(prompt, 'a text (in quotes)', given);
  if (given.length > ANSWER_CHARACTERS_MAX) {
    return wrong(prompt, `a text of at most ${ANSWER_CHARACTERS_MAX} characters`, given);
  }
  return given.isWellFormed()
    ? { ok: true, value: given }
    : wrong(prompt, 'Unicode text', 'half a character');
}

function readSecret(prompt: PackagePrompt, given: unknown): Read {
  const mistake =
    typeof given === 'string'
      ? secretValueMistake(given)
      : 'Expected a secret to be a text, got something else';
  return mistake === undefined
    ? { ok: true, value: given as string }
    : { ok: false, message: `${mistake} (${prompt.key}).` };
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  false: false,
  no: false,
  n: false,
};

function readBoolean(prompt: PackagePrompt, given: unknown): Read {
  if (typeof given === 'boolean') return { ok: true, value: given };
  const word = typeof given === 'string' ? given.trim().toLowerCase() : '';
  const value = Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined;
  return value === undefined ? wrong(prompt, 'yes or no', given) : { ok: true, value };
}

function readNumber(prompt: PackagePrompt, given: unknown): Read {
  const isText =
    typeof given === 'string' && /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(given);
  const value = isText ? Number(given) : given;
  return typeof value === 'number' && Number.isFinite(value)
    ? { ok: true, value: Object.is(value, -0) ? 0 : value }
    : wrong(prompt, 'a number', given);
}

function readChoice(prompt: PackagePrompt, given: unknown): Read {
  const values = prompt.options?.map(({ value }) => value) ?? [];
  const value = typeof given === 'object' ? undefined : String(given);
  if (value !== undefined && values.includes(value)) return { ok: true, value };
  return wrong(prompt, `one of ${values.join(', ')}`, given);
}

/** Characters of an answer that a message quotes. */
const QUOTED_MAX = 60;

function wrong({ key }: PackagePrompt, expected: string, given: unknown): Read {
  const text = JSON.stringify(given) ?? 'nothing';
  const shown = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return { ok: false, message: `Expected ${key} to be ${expected}, got ${shown}.` };
}
