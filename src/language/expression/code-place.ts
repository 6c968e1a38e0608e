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
 * @param names where they stand
 */
export function codePlaces(code: string, names: readonly Span[]): readonly CodePlace[] {
  const { tokens, comments } = tokensOf(code);
  return names.map(({ start, end }) => {
    const index = tokens.findIndex((token) => token.end >= end);
    const token = tokens[index];
    if (token !== undefined && token.start <= start) {
      if (TEXTS.has(token.type.label)) return 'piece';
      if (token.type.label !== 'name' || token.start !== start || token.end !== end) return 'none';
      return ['.', '?.'].includes(tokens[index - 1]?.type.label ?? '') ? 'member' : 'value';
    }
    const isComment = comments.some((comment) => comment.start <= start && comment.end >= end);
    return isComment ? 'piece' : 'none';
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
