import type { ScalarNode } from '../../language/yaml/tree.ts';
import type { FilledScalar, Piece } from './scalar.ts';

/** A replacement in a text, by character offsets. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Ways to write what was filled in, the most legible first. `quoted` puts every text in double quotes, which can
 * hold anything. `escaped` writes `${{` in escapes too: where an answer has one that it does not close, a reader looks
 * for its end in the texts that follow.
 */
export const STYLES = ['kept', 'quoted', 'escaped'] as const;

/**
 * How a filled scalar is written: placeholders alone are replaced where the scalar's style can hold the
 * answer, else the whole scalar is put in double quotes.
 */
export function rewrite(
  node: ScalarNode,
  scalar: FilledScalar,
  source: string,
  style: (typeof STYLES)[number],
): readonly Edit[] {
  const { start, end } = node;
  // A block's end is behind its last line break.
  const after = source[end - 1] === '\n' && isBlock(node) ? '\n' : '';
  if (typeof scalar.value !== 'string') {
    return [{ start, end, text: `${scalar.value}${after}` }];
  }
  const kept = style === 'kept' ? keptEdits(node, scalar.pieces, source) : undefined;
  if (kept !== undefined) return kept;
  const quoted = doubleQuoted(scalar.value);
  const text = style === 'escaped' ? quoted.replaceAll('${{', '\\u0024{{') : quoted;
  return [{ start, end, text: `${text}${after}` }];
}

/** `undefined` where the style of the scalar cannot hold a piece, or its place is not to be found. */
function keptEdits(
  node: ScalarNode,
  pieces: readonly Piece[],
  source: string,
): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (const piece of pieces) {
    const start = node.offset(piece.start);
    const end = node.offset(piece.end - 1) + 1;
    const text = written(piece.text, node, source, start);
    const isThere = source.slice(start, end) === node.text.slice(piece.start, piece.end);
    if (text === undefined || !isThere) return undefined;
    edits.push({ start, end, text });
  }
  return edits;
}

/** A piece in the style of its scalar. That it reads back as meant is checked on the whole. */
function written(
  text: string,
  node: ScalarNode,
  source: string,
  start: number,
): string | undefined {
  switch (node.style) {
    case 'plain':
      return /^[\w./-]+(?: [\w./-]+)*$/.test(text) ? text : undefined;
    case 'double':
      return doubleQuoted(text).slice(1, -1);
    case 'single':
      return isPrintable(text) && !text.includes('\n') ? text.replaceAll("'", "''") : undefined;
    case 'folded':
      return isPrintable(text) && !text.includes('\n') ? text : undefined;
    case 'literal': {
      if (!isPrintable(text)) return undefined;
      const line = source.lastIndexOf('\n', start - 1) + 1;
      const indent = /^ */.exec(source.slice(line, start))?.[0] ?? '';
      return text.replaceAll('\n', `\n${indent}`);
    }
  }
}

function isBlock({ style }: ScalarNode): boolean {
  return style === 'literal' || style === 'folded';
}

/** Characters that YAML takes as they are (YAML 1.2.2, production 1), and `\n`. */
function isPrintable(text: string): boolean {
  return /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(
    text,
  );
}

/** A text in double quotes, with everything escaped that YAML or a reader could take for something else. */
function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
