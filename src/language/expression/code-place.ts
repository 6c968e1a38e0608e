import { type Comment, type Token, tokenizer } from 'acorn';
import type { Span } from '../source.ts';

/**
 * What stands at a place of JavaScript: a whole `value`, a `member` after a dot, a `piece` of a text, a
 * template, a regular expression or a comment; `none` of these elsewhere.
 */
export type CodePlace = 'value' | 'member' | 'piece' | 'none';

/** Tokens inside which a name is no name. */
const TEXTS: ReadonlySet<string> = new Set(['string', 'template', 'regexp']);

/**
 * What some names in JavaScript are. Reads tokens alone, which takes no stack; what follows a mistake is
 * none.
 *
 * @param names where they stand, in order
 */
export function codePlaces(code: string, names: readonly Span[]): readonly CodePlace[] {
  const { tokens, comments } = tokensOf(code);
  let at = 0;
  let comment = 0;
  return names.map(({ start, end }) => {
    while (at < tokens.length && (tokens[at] as Token).end < end) at += 1;
    while (comment < comments.length && (comments[comment] as Comment).end < end) comment += 1;
    const token = tokens[at];
    if (token === undefined || token.start > start) {
      return (comments[comment]?.start ?? code.length) <= start ? 'piece' : 'none';
    }
    if (TEXTS.has(token.type.label)) return 'piece';
    if (token.type.label !== 'name' || token.start !== start || token.end !== end) return 'none';
    return ['.', '?.'].includes(tokens[at - 1]?.type.label ?? '') ? 'member' : 'value';
  });
}

/** Tokens and comments up to the first mistake. */
function tokensOf(code: string): { tokens: readonly Token[]; comments: readonly Comment[] } {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  try {
    const read = tokenizer(code, { ecmaVersion: 2023, onComment: comments });
    for (const token of read) tokens.push(token);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { tokens, comments };
}
