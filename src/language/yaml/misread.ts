import type { Report } from '../report.ts';
import { ExpressionEnds } from './expression-end.ts';
import { escapeDouble, writeScalar } from './quote.ts';
import type { MeantScalar } from './scan.ts';

/** Keys whose value is a condition or a list to go over: a bare expression there lacks its `${{ }}`. */
const EXPRESSION_KEYS: ReadonlySet<string> = new Set(['if', 'when', 'while', 'in']);

/** What an author meant by a scalar that YAML reads as something else. */
interface Meaning {
  readonly content: string;
  /** Offset in the file of the first character of `content`; less than the scalar's where it was wrapped. */
  readonly origin: number;
  readonly end: number;
}

/** Scalars that YAML misreads, by their start. */
export type Misreadings = ReadonlyMap<number, Meaning>;

/**
 * Reports the scalars that YAML does not read as one text, each with the form that says what was meant.
 *
 * @param isRead whether YAML, as far as it came, has a scalar from `start` to `end`
 */
export function judge(
  scalars: readonly MeantScalar[],
  isRead: (scalar: MeantScalar) => boolean,
  report: Report,
): Misreadings {
  const { text } = report.source;
  const found = new Map<number, Meaning>();
  for (const scalar of scalars) {
    const raw = text.slice(scalar.start, scalar.end);
    if (!isSuspicious(scalar, raw) || isRead(scalar)) continue;
    const isBare = !scalar.hasExpression && EXPRESSION_KEYS.has(scalar.key ?? '');
    if (!scalar.hasExpression && !isBare && isYamlOwn(raw, text)) continue;
    const meaning = meaningOf(scalar, raw, isBare);
    const written =
      scalar.quote === undefined
        ? writeScalar(meaning.content, scalar.inFlow)
        : requote(raw, scalar.quote);
    found.set(scalar.start, meaning);
    report.error('yaml.unquoted', scalar, reason(scalar, raw, isBare), {
      hint: isBare ? `Write ${written}` : `Quote it: ${written}`,
      fix: { start: scalar.start, end: scalar.end, text: written },
    });
  }
  return found;
}

/** The text with every misread scalar replaced by a harmless one of the same length. */
export function mask(text: string, misreadings: Misreadings): string {
  let masked = '';
  let at = 0;
  let count = 0;
  for (const [start, { end }] of misreadings) {
    // Numbered, because two of them may be keys of one map.
    const name = `x${(count++).toString(36)}`.slice(0, end - start);
    masked += text.slice(at, start) + name.padEnd(end - start, 'x');
    at = end;
  }
  return masked + text.slice(at);
}

function meaningOf({ start, end, quote }: MeantScalar, raw: string, isBare: boolean): Meaning {
  if (quote !== undefined) return { content: raw.slice(1, -1), origin: start + 1, end };
  if (isBare) return { content: `\${{ ${raw} }}`, origin: start - '${{ '.length, end };
  return { content: raw, origin: start, end };
}

/**
 * Whether YAML can be expected to misread it. Asking the document alone is not enough: after a structural
 * mistake it may have read nothing of what follows.
 */
function isSuspicious({ quote, inFlow }: MeantScalar, raw: string): boolean {
  if (quote !== undefined || inFlow || /:\s|:$|\s#|[\r\n]/.test(raw)) return true;
  return INDICATOR_NAMES[raw[0] ?? ''] !== undefined;
}

/** Whether a scalar without expressions is what YAML takes it for: an alias, an anchor, a tag. */
function isYamlOwn(raw: string, text: string): boolean {
  if (raw.startsWith('*')) {
    const name = /^\*([^\s,[\]{}]+)$/.exec(raw)?.[1];
    return name !== undefined && text.includes(`&${name}`);
  }
  return /^&[\w-]+(?:\s|$)/.test(raw) || /^!(?:!?[\w:/.-]*|<[^>]*>)(?:\s|$)/.test(raw);
}

function reason({ quote, inFlow }: MeantScalar, raw: string, isBare: boolean): string {
  if (quote !== undefined) {
    return `Expected other quotes inside the expression than around the text, got ${quote} in both`;
  }
  const first = raw[0] as string;
  if (INDICATOR_NAMES[first] !== undefined) {
    const what = isBare ? 'an expression in ${{ }}' : 'a quoted text';
    return `Expected ${what}, got a leading \`${first}\`, ${INDICATOR_NAMES[first]}`;
  }
  if (inFlow) {
    return 'Expected a quoted text, got an expression whose braces YAML reads as its own inside { } and [ ]';
  }
  if (/:(?:\s|$)/.test(raw)) {
    return 'Expected a quoted text, got `: `, where YAML begins the value of a key';
  }
  if (/\s#/.test(raw)) return 'Expected a quoted text, got ` #`, where YAML begins a comment';
  return 'Expected a quoted text, got an expression that YAML does not read as one text';
}

const INDICATOR_NAMES: Readonly<Record<string, string>> = {
  '*': 'where YAML looks for an alias',
  '&': 'where YAML looks for an anchor',
  '!': 'where YAML looks for a tag',
  '%': 'which YAML reserves',
  '@': 'which YAML reserves',
  '`': 'which YAML reserves',
  '|': 'where YAML looks for a text of many lines',
  '>': 'where YAML looks for a text of many lines',
};

/** A quoted text whose expressions have its own quotes, in the other quotes or with escapes. */
function requote(raw: string, quote: '"' | "'"): string {
  const inner = raw.slice(1, -1);
  const other = quote === '"' ? "'" : '"';
  if (!inner.includes(other) && !inner.includes('\\') && !inner.includes("''")) {
    return other + inner + other;
  }
  const escaped = quote === '"' ? escapeDouble : (text: string) => text.replaceAll("'", "''");
  return quote + withExpressions(inner, escaped) + quote;
}

function withExpressions(text: string, change: (expression: string) => string): string {
  const ends = new ExpressionEnds();
  let changed = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('${{', at);
    const after = open < 0 ? -1 : ends.after(text, open);
    if (after < 0) return changed + text.slice(at);
    changed += text.slice(at, open) + change(text.slice(open, after));
    at = after;
  }
}
