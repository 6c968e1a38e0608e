import { EXPRESSION_CHARACTERS_MAX, readExpression } from './parse.ts';
import { isProblem, type Problem, problem } from './problem.ts';
import { HIDDEN_END_HINT } from './syntax-problem.ts';

export type TemplatePart = { readonly kind: 'text'; readonly text: string } | ExpressionPart;

export interface ExpressionPart {
  readonly kind: 'expression';
  /** What stands between `${{` and `}}`, white space included. */
  readonly source: string;
  /** Offset of `source` in the scalar's text. */
  readonly start: number;
}

export interface Template {
  /** In order; texts are never empty, and never next to each other. */
  readonly parts: readonly TemplatePart[];
  /**
   * Only what analysing the parts does not report: an unclosed `${{`. A part's syntax errors come from
   * `analyseExpression(part.source)`.
   */
  readonly problems: readonly Problem[];
}

const OPEN = '${{';
const CLOSE = '}}';
/**
 * Expressions of one scalar whose end is searched for after a syntax error; each may cost a scan of
 * `EXPRESSION_CHARACTERS_MAX`, and nobody mends more at a time. What follows is taken as text.
 */
const BROKEN_MAX = 20;

/** Splits a scalar into texts and `${{ … }}` expressions; `$${{` is a literal `${{`. */
export function splitTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  const problems: Problem[] = [];
  let literal = '';
  let at = 0;
  let broken = 0;
  for (;;) {
    const open = broken < BROKEN_MAX ? text.indexOf(OPEN, at) : -1;
    if (open < 0) break;
    if (open > at && text[open - 1] === '$') {
      literal += text.slice(at, open - 1) + OPEN;
      at = open + OPEN.length;
      continue;
    }
    const start = open + OPEN.length;
    const found = expressionEnd(text, start);
    if (found.problem !== undefined) problems.push(found.problem);
    if (found.end < 0) return { parts: withText(parts, literal + text.slice(at, open)), problems };
    if (found.broken) broken += 1;
    literal += text.slice(at, open);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    parts.push({ kind: 'expression', source: text.slice(start, found.end), start });
    at = found.end + CLOSE.length;
  }
  return { parts: withText(parts, literal + text.slice(at)), problems };
}

/** Whether a scalar is exactly one expression, whose value then keeps its type. */
export function isSingle(parts: readonly TemplatePart[]): parts is readonly [ExpressionPart] {
  return parts.length === 1 && parts[0]?.kind === 'expression';
}

interface End {
  /** Offset of the closing `}}`, or -1. */
  readonly end: number;
  readonly broken: boolean;
  readonly problem?: Problem;
}

/**
 * Finds the `}}` of the expression that begins at `start`. Only a parser can: objects, strings,
 * templates, regular expressions and comments may have a `}}` of their own. Where it fails, the first
 * `}}` after the mistake is the best guess; what it cuts out has the mistake in it, and so its analysis
 * reports it.
 */
function expressionEnd(text: string, start: number): End {
  const window = text.slice(start, start + EXPRESSION_CHARACTERS_MAX + CLOSE.length);
  const { result, next, hidesEnd } = readExpression(window);
  if (!isProblem(result) && window.startsWith(CLOSE, next)) {
    return { end: start + next, broken: false };
  }
  const end = text.indexOf(CLOSE, start + next);
  if (end < 0) {
    const place = { start: start - OPEN.length, end: start };
    const message = 'Expected `}}` to close the expression, got the end of the text';
    const hint = hidesEnd ? HIDDEN_END_HINT : 'To write the text `${{` itself, write `$${{`.';
    return { end, broken: true, problem: problem('expression.unclosed', message, place, hint) };
  }
  return { end, broken: true };
}

function withText(parts: readonly TemplatePart[], text: string): readonly TemplatePart[] {
  return text === '' ? parts : [...parts, { kind: 'text', text }];
}
