import type { Span } from '../source.ts';
import { ExpressionEnds } from './expression-end.ts';

/** A scalar as its author seems to have meant it, which is not always how YAML reads it. */
export interface MeantScalar extends Span {
  /** The quote that it begins with and that an expression's own quote closes too early. */
  readonly quote?: '"' | "'";
  readonly hasExpression: boolean;
  /** Whether it stands inside `[ … ]` or `{ … }`. */
  readonly inFlow: boolean;
  /** The key before it, as written. */
  readonly key: string | undefined;
}

const INDICATORS = '*&!%@`|>';

/**
 * Finds scalars that YAML is likely to misread: those with an expression, those that begin with one of
 * YAML's indicators, and values with `: ` in them. It is a reading by eye: it knows block and flow
 * style, quotes, comments and block scalars, and jumps over whole expressions. That it may find more than
 * is wrong does no harm: whoever asks compares with what YAML made of the text.
 */
export function scanScalars(text: string): readonly MeantScalar[] {
  const scan = new Scan(text);
  while (scan.at < text.length) scan.line();
  return scan.found;
}

class Scan {
  readonly found: MeantScalar[] = [];
  at = 0;
  private readonly text: string;
  private readonly ends = new ExpressionEnds();
  private key: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** One line in block style, with all that a value on it takes along from the lines that follow. */
  line(): void {
    const lineStart = this.at;
    if (/^(?:---|\.\.\.|%)/.test(this.text.slice(this.at, this.at + 3))) {
      this.skipLine();
      return;
    }
    this.skipSpaces();
    let parent = this.at - lineStart - 1;
    let isItem = false;
    while (/^[-?](?:[ \t]|$)/m.test(this.text.slice(this.at, this.at + 2))) {
      parent = this.at - lineStart;
      isItem = true;
      this.at += 1;
      this.skipSpaces();
    }
    this.key = undefined;
    this.node(parent, isItem ? 'item' : 'key', lineStart);
    this.skipLine();
  }

  private node(parent: number, role: 'key' | 'item' | 'value', lineStart: number): void {
    const start = this.at;
    const column = start - lineStart;
    const first = this.text[start];
    if (first === undefined || this.isLineEnd() || first === '#') return;
    if (this.blockScalar(parent)) return;
    if (first === '[' || first === '{') this.flow();
    else if (first === '"' || first === "'") this.quoted(first, false);
    else this.plain(parent, role);
    if (this.text[this.at] !== ':' || role === 'value') return;
    this.key = this.text.slice(start, this.at).trim();
    this.at += 1;
    this.skipSpaces();
    this.node(column, 'value', lineStart);
  }

  /** `|` or `>` and its lines: those that are empty or indented more than what they belong to. */
  private blockScalar(parent: number): boolean {
    const rest = /[^\r\n]*/y;
    rest.lastIndex = this.at;
    if (!/^[|>][-+0-9]{0,2}(?:[ \t]+#.*|[ \t]*)$/.test(rest.exec(this.text)?.[0] ?? ''))
      return false;
    this.skipLine();
    while (this.at < this.text.length) {
      const indent = this.indentAt(this.at);
      if (indent >= 0 && indent <= parent) break;
      this.skipLine();
    }
    // The caller skips to the end of its line: stay before it.
    this.at = Math.max(0, this.at - 1);
    return true;
  }

  /** An unquoted text in block style, up to `: `, a comment, or the end of its last line. */
  private plain(parent: number, role: 'key' | 'item' | 'value'): void {
    const start = this.at;
    let end = start;
    let hasExpression = false;
    let hasColon = false;
    while (this.at < this.text.length) {
      const after = this.expression();
      if (after) {
        hasExpression = true;
        end = this.at;
      } else if (this.isLineEnd()) {
        if (role === 'key' || !this.continues(parent)) break;
      } else if (this.text[this.at] === ':' && this.isSpaceAt(this.at + 1)) {
        if (role !== 'value') break;
        hasColon = true;
        this.at += 1;
        end = this.at;
      } else if (this.isComment()) break;
      else {
        if (!this.isSpaceAt(this.at)) end = this.at + 1;
        this.at += 1;
      }
    }
    const isOdd = hasColon || INDICATORS.includes(this.text[start] ?? ' ');
    if (hasExpression || isOdd) this.add({ start, end, hasExpression, inFlow: false });
  }

  /** Goes on to the next line where that belongs to the same text: indented more, and no key. */
  private continues(parent: number): boolean {
    let next = this.at;
    while (next < this.text.length) {
      next += this.text.startsWith('\r\n', next) ? 2 : 1;
      const indent = this.indentAt(next);
      if (indent < 0) {
        const lineEnd = this.text.slice(next).search(/[\r\n]/);
        if (lineEnd < 0) return false;
        next += lineEnd;
        continue;
      }
      const rest = this.text.slice(next + indent, next + indent + 200).split(/[\r\n]/, 1)[0] ?? '';
      if (indent <= parent || /^(?:#|- |-$)|^[\w.-]+:(?: |$)/.test(rest)) return false;
      this.at = next + indent;
      return true;
    }
    return false;
  }

  /** `[ … ]` or `{ … }` with all that is in it. */
  private flow(): void {
    let depth = 0;
    const outerKey = this.key;
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (character === '[' || character === '{') depth += 1;
      else if (character === ']' || character === '}') depth -= 1;
      else if (character === '"' || character === "'") {
        this.quoted(character, true);
        continue;
      } else if (character === '#' && this.isComment()) {
        this.toLineEnd();
        continue;
      } else if (!/[\s,:?]/.test(character)) {
        this.flowPlain();
        continue;
      }
      this.at += 1;
      if (character === ',') this.key = undefined;
      if (depth === 0) break;
    }
    this.key = outerKey;
  }

  private flowPlain(): void {
    const start = this.at;
    let end = start;
    let hasExpression = false;
    while (this.at < this.text.length) {
      if (this.expression()) {
        hasExpression = true;
        end = this.at;
        continue;
      }
      const character = this.text[this.at] as string;
      if (/[,[\]{}]/.test(character) || this.isComment()) break;
      if (character === ':' && /[\s,[\]{}]/.test(this.text[this.at + 1] ?? ' ')) break;
      this.at += 1;
      if (!/\s/.test(character)) end = this.at;
    }
    const isOdd = INDICATORS.includes(this.text[start] ?? ' ');
    if (hasExpression || isOdd) this.add({ start, end, hasExpression, inFlow: true });
    if (this.text[this.at] === ':') this.key = this.text.slice(start, end);
  }

  /** A quoted text; one whose quote is closed inside an expression is taken up to the quote after it. */
  private quoted(quote: '"' | "'", inFlow: boolean): void {
    const start = this.at;
    let hasBroken = false;
    let open = -1;
    this.at += 1;
    while (this.at < this.text.length) {
      const character = this.text[this.at];
      if (open < 0 && this.isOpen()) open = this.at;
      if (open >= 0 && this.text.startsWith('}}', this.at)) open = -1;
      if (character === '\\' && quote === '"') this.at += 2;
      else if (character !== quote) this.at += 1;
      else if (quote === "'" && this.text[this.at + 1] === "'") this.at += 2;
      else {
        const after = open < 0 ? -1 : this.closedLater(open, quote);
        if (after < 0) break;
        hasBroken = true;
        open = -1;
        this.at = after;
      }
    }
    this.at = Math.min(this.text.length, this.at + 1);
    if (hasBroken) this.add({ start, end: this.at, quote, hasExpression: true, inFlow });
    if (inFlow) this.key = this.text.slice(start, this.at);
  }

  /** End of the expression at `open`, if it ends in this line and the quote is closed after it. */
  private closedLater(open: number, quote: string): number {
    const after = this.ends.after(this.text, open);
    if (after <= this.at) return -1;
    const between = this.text.slice(this.at, after);
    const rest = this.text.slice(after).split(/[\r\n]/, 1)[0] ?? '';
    return /[\r\n]/.test(between) || !rest.includes(quote) ? -1 : after;
  }

  /** Jumps over an expression that begins here. */
  private expression(): boolean {
    if (!this.isOpen()) return false;
    const after = this.ends.after(this.text, this.at);
    if (after < 0) return false;
    this.at = after;
    return true;
  }

  private isOpen(): boolean {
    return this.text.startsWith('${{', this.at) && this.text[this.at - 1] !== '$';
  }

  private isComment(): boolean {
    return this.text[this.at] === '#' && this.isSpaceAt(this.at - 1);
  }

  private isLineEnd(): boolean {
    const character = this.text[this.at];
    return character === '\n' || character === '\r';
  }

  private isSpaceAt(at: number): boolean {
    return /\s/.test(this.text[at] ?? ' ');
  }

  /** Spaces before a line's content; -1 for a line without any. */
  private indentAt(lineStart: number): number {
    let at = lineStart;
    while (this.text[at] === ' ') at += 1;
    const character = this.text[at];
    return character === undefined || character === '\n' || character === '\r'
      ? -1
      : at - lineStart;
  }

  private skipSpaces(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at += 1;
  }

  private toLineEnd(): void {
    while (this.at < this.text.length && !this.isLineEnd()) this.at += 1;
  }

  private skipLine(): void {
    this.toLineEnd();
    this.at += this.text.startsWith('\r\n', this.at) ? 2 : 1;
  }

  private add(scalar: Omit<MeantScalar, 'key'>): void {
    this.found.push({ ...scalar, key: this.key });
  }
}
