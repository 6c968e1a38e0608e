import { Lexer, Parser } from 'yaml';

/** Levels of lists and maps in a file. People reach about 20, with loops in conditions in loops. */
export const NESTING_MAX = 64;

/**
 * Offset at which a text nests deeper than `NESTING_MAX`, or `undefined`. To be asked before composing:
 * that recurses, and on Node 20 V8 aborts the whole process when it compiles a regular expression with
 * the stack nearly exhausted. Lexing and parsing keep a stack of their own, whose height is what counts.
 */
export function nestingExcess(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) {
      // Ended documents and errors: composing finds them again.
    }
    // The lowest entry is the document, the highest may be a scalar.
    if (parser.stack.length > NESTING_MAX + 2) return parser.offset - lexeme.length;
  }
  return undefined;
}
