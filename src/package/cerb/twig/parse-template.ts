import { ExpressionParser } from './parse-expression.ts';
import { type Piece, splitPieces } from './pieces.ts';
import { type Expression, type ExpressionOf, type Part, type PartOf, TwigError } from './tree.ts';

/** Tags inside tags: no template that people write has as many. */
const TAGS_DEPTH_MAX = 100;
/** Tags of Twig that Cerb's sandbox does not have. */
const FOREIGN_TAGS: ReadonlySet<string> = new Set(
  `autoescape block cache deprecated embed extends flush form_theme from import include macro trans types use`.split(
    ' ',
  ),
);

/** Reads a template. Throws a TwigError at the first thing that is no Twig. */
export function parseTemplate(text: string): readonly Part[] {
  return new TemplateParser(splitPieces(text)).whole();
}

type Tag = Extract<Piece, { kind: 'tag' }>;

class TemplateParser {
  readonly #pieces: readonly Piece[];
  #at = 0;
  #depth = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  whole(): readonly Part[] {
    const { parts, ended } = this.#body([]);
    if (ended !== undefined) {
      throw new TwigError(`Expected a tag that begins something, got \`${ended.name}\``, ended);
    }
    return parts;
  }

  /** Parts up to one of some tags, which is taken. */
  #body(ends: readonly string[], opener?: Tag): { parts: readonly Part[]; ended: Tag | undefined } {
    if (++this.#depth > TAGS_DEPTH_MAX) {
      throw new TwigError('Expected fewer tags inside each other', opener ?? { start: 0, end: 1 });
    }
    const parts: Part[] = [];
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++] as Piece;
      const { start, end } = piece;
      if (piece.kind === 'raw') parts.push({ kind: 'raw', text: piece.text, start, end });
      else if (piece.kind === 'output') {
        const value = new ExpressionParser(piece.tokens).whole();
        parts.push({ kind: 'output', value, start, end });
      } else if (ends.includes(piece.name) || /^(?:end|else)/.test(piece.name)) {
        if (opener !== undefined && !ends.includes(piece.name)) {
          const wanted = `\`${ends.join('` or `')}\` for \`${opener.name}\``;
          throw new TwigError(`Expected ${wanted}, got \`${piece.name}\``, piece);
        }
        this.#depth--;
        return { parts, ended: piece };
      } else parts.push(this.#tag(piece));
    }
    if (opener !== undefined) {
      throw new TwigError(`Expected \`${ends.join('` or `')}\`, got the end of the text`, opener);
    }
    this.#depth--;
    return { parts, ended: undefined };
  }

  #tag(tag: Tag): Part {
    const words = new ExpressionParser(tag.tokens);
    switch (tag.name) {
      case 'if':
        return this.#if(tag, words);
      case 'for':
        return this.#for(tag, words);
      case 'set':
        return this.#set(tag, words);
      case 'apply':
        return this.#apply(tag, words);
      case 'with':
        return this.#with(tag, words);
      case 'do': {
        const { start, end } = tag;
        return { kind: 'do', value: words.whole(), start, end };
      }
      case 'filter':
        return this.#apply(tag, words, 'endfilter');
      case 'sandbox': {
        // Cerb runs all of it in a sandbox.
        const { parts } = this.#body(['endsandbox'], tag);
        const { start, end } = tag;
        return { kind: 'with', values: undefined, only: false, body: parts, start, end };
      }
      default:
        throw this.#unknown(tag);
    }
  }

  #if(tag: Tag, words: ExpressionParser): PartOf<'if'> {
    const branches: { test: Expression; body: readonly Part[] }[] = [];
    let otherwise: readonly Part[] | undefined;
    let test = words.whole();
    for (;;) {
      const { parts, ended } = this.#body(['elseif', 'else', 'endif'], tag);
      branches.push({ test, body: parts });
      if (ended?.name === 'elseif') test = new ExpressionParser(ended.tokens).whole();
      else {
        if (ended?.name === 'else') otherwise = this.#body(['endif'], tag).parts;
        break;
      }
    }
    return { kind: 'if', branches, otherwise, start: tag.start, end: tag.end };
  }

  #for(tag: Tag, words: ExpressionParser): PartOf<'for'> {
    const first = words.expect('name').text;
    const second = words.skip('mark', ',') ? words.expect('name').text : undefined;
    words.expect('operator', 'in');
    const over = words.expression();
    if (words.peek().text === 'if') {
      const hint = 'Twig 3 has no condition there: use the filter `filter`.';
      throw new TwigError('Expected the end of the `for` tag, got `if`', words.peek(), hint);
    }
    words.expectEnd();
    const { parts, ended } = this.#body(['else', 'endfor'], tag);
    const otherwise = ended?.name === 'else' ? this.#body(['endfor'], tag).parts : undefined;
    const [key, value] = second === undefined ? [undefined, first] : [first, second];
    return {
      kind: 'for',
      key,
      value,
      over,
      body: parts,
      otherwise,
      start: tag.start,
      end: tag.end,
    };
  }

  #set(tag: Tag, words: ExpressionParser): PartOf<'set'> {
    const { start, end } = tag;
    const names = [words.expect('name').text];
    while (words.skip('mark', ',')) names.push(words.expect('name').text);
    if (!words.skip('operator', '=')) {
      words.expectEnd();
      if (names.length > 1) throw new TwigError('Expected values for several names, got none', tag);
      const { parts } = this.#body(['endset'], tag);
      return { kind: 'set', names, values: [], body: parts, start, end };
    }
    const values = [words.expression()];
    while (words.skip('mark', ',')) values.push(words.expression());
    words.expectEnd();
    if (names.length !== values.length) {
      throw new TwigError(`Expected ${names.length} values, got ${values.length}`, tag);
    }
    return { kind: 'set', names, values, body: undefined, start, end };
  }

  #apply(tag: Tag, words: ExpressionParser, end = 'endapply'): PartOf<'apply'> {
    const filters: Pick<ExpressionOf<'filter'>, 'name' | 'args' | 'at'>[] = [];
    const nothing: Expression = { kind: 'constant', value: null, start: tag.start, end: tag.end };
    do {
      const found = words.filter(nothing);
      if (found.kind === 'filter') filters.push(found);
    } while (words.skip('mark', '|'));
    words.expectEnd();
    const { parts } = this.#body([end], tag);
    return { kind: 'apply', filters, body: parts, start: tag.start, end: tag.end };
  }

  #with(tag: Tag, words: ExpressionParser): PartOf<'with'> {
    const { kind, text } = words.peek();
    const values = kind === 'end' || text === 'only' ? undefined : words.expression();
    const only = words.skip('name', 'only');
    words.expectEnd();
    const { parts } = this.#body(['endwith'], tag);
    return { kind: 'with', values, only, body: parts, start: tag.start, end: tag.end };
  }

  #unknown(tag: Tag): TwigError {
    const known = 'There are `apply`, `do`, `for`, `if`, `set`, `verbatim` and `with`.';
    const message = `Expected a tag of Twig, got \`${tag.name}\``;
    return FOREIGN_TAGS.has(tag.name)
      ? new TwigError(
          `Expected a tag that Cerb has, got \`${tag.name}\``,
          tag,
          known,
          'twig.unsupported',
        )
      : new TwigError(message, tag, known);
  }
}
