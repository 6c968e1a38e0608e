import { type Token, tokenize } from './tokens.ts';
import { type Place, TwigError } from './tree.ts';

/** Plain text, `{{ … }}`, or `{% name … %}`; comments are gone. */
export type Piece = Place &
  (
    | { readonly kind: 'raw'; readonly text: string }
    | { readonly kind: 'output'; readonly tokens: readonly Token[] }
    | { readonly kind: 'tag'; readonly name: string; readonly tokens: readonly Token[] }
  );

/** Takes white space away: all of it, or what is on the same line. */
const ALL_BEFORE = /\s+$/;
const LINE_BEFORE = /[ \t\0\v]+$/;
const ALL_AFTER = /^\s+/;
const LINE_AFTER = /^[ \t\0\v]+/;

/**
 * Splits a template, with white space taken away where `-` and `~` say so, and after the line of a tag or
 * comment that ends in it, as Twig does. Throws a TwigError.
 */
export function splitPieces(template: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext: RegExp | undefined;
  const raw = (start: number, end: number, before: string | undefined): void => {
    let text = template.slice(start, end);
    if (trimNext !== undefined) text = text.replace(trimNext, '');
    if (before === '-') text = text.replace(ALL_BEFORE, '');
    if (before === '~') text = text.replace(LINE_BEFORE, '');
    if (text !== '') pieces.push({ kind: 'raw', text, start, end });
  };
  for (;;) {
    const open = /\{[{%#]/g;
    open.lastIndex = at;
    const found = open.exec(template);
    if (found === null) break;
    const start = found.index;
    const sign = template[start + 2];
    const before = sign === '-' || sign === '~' ? sign : undefined;
    raw(at, start, before);
    const inner = start + 2 + (before === undefined ? 0 : 1);
    const piece = pieceAt(template, start, inner, found[0]);
    if (piece.piece !== undefined) pieces.push(piece.piece);
    ({ at, trimNext } = piece);
  }
  raw(at, template.length, undefined);
  return pieces;
}

interface Read {
  readonly piece: Piece | undefined;
  readonly at: number;
  readonly trimNext: RegExp | undefined;
}

function pieceAt(template: string, start: number, inner: number, open: string): Read {
  if (open === '{#') return comment(template, start, inner);
  if (open === '{{') {
    const { tokens, at } = tokenize(template, inner, /[-~]?\}\}/y);
    const { end, sign } = closing(template, at);
    return { piece: { kind: 'output', tokens, start, end }, at: end, trimNext: after(sign, false) };
  }
  const verbatim = /\s*(verbatim|raw)\s*([-~]?)%\}/y;
  verbatim.lastIndex = inner;
  const literal = verbatim.exec(template);
  if (literal !== null) return verbatimAt(template, start, verbatim.lastIndex, literal);
  const { tokens, at } = tokenize(template, inner, /[-~]?%\}/y);
  const { end, sign } = closing(template, at);
  const [name, ...rest] = tokens;
  if (name === undefined || name.kind === 'end' || name.kind === 'mark') {
    throw new TwigError('Expected the name of a tag, got none', { start, end });
  }
  const piece: Piece = { kind: 'tag', name: name.text, tokens: rest, start, end };
  return { piece, at: end, trimNext: after(sign, true) };
}

function comment(template: string, start: number, inner: number): Read {
  const close = template.indexOf('#}', inner);
  if (close < 0) {
    throw new TwigError('Expected the end of a comment, got the end of the text', {
      start,
      end: start + 2,
    });
  }
  const sign = template[close - 1];
  return { piece: undefined, at: close + 2, trimNext: after(close > inner ? sign : '', true) };
}

function verbatimAt(
  template: string,
  start: number,
  from: number,
  [, name, sign]: RegExpExecArray,
): Read {
  const close = new RegExp(`\\{%([-~]?)\\s*end${name}\\s*([-~]?)%\\}`, 'g');
  close.lastIndex = from;
  const found = close.exec(template);
  if (found === null) {
    throw new TwigError(`Expected \`end${name}\`, got the end of the text`, { start, end: from });
  }
  let text = template.slice(from, found.index);
  if (sign === '-') text = text.replace(ALL_AFTER, '');
  if (sign === '~') text = text.replace(LINE_AFTER, '');
  if (found[1] === '-') text = text.replace(ALL_BEFORE, '');
  if (found[1] === '~') text = text.replace(LINE_BEFORE, '');
  const piece: Piece = { kind: 'raw', text, start: from, end: found.index };
  return { piece, at: close.lastIndex, trimNext: after(found[2], true) };
}

function closing(template: string, at: number): { end: number; sign: string | undefined } {
  const sign = template[at];
  const isTrimmed = sign === '-' || sign === '~';
  return { end: at + (isTrimmed ? 3 : 2), sign: isTrimmed ? sign : undefined };
}

/** A tag takes the end of its line with it. */
function after(sign: string | undefined, isTag: boolean): RegExp | undefined {
  if (sign === '-') return ALL_AFTER;
  if (sign === '~') return LINE_AFTER;
  return isTag ? /^\n/ : undefined;
}
