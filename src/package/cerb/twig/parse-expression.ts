import type { Token } from './tokens.ts';
import {
  type Argument,
  type Expression,
  type Item,
  type MapEntry,
  type Place,
  TwigError,
} from './tree.ts';

/** How tight operators bind, as in Twig 3 (ExpressionParser and CoreExtension). */
const BINARY: Readonly<Record<string, number>> = {
  or: 10,
  xor: 12,
  and: 15,
  'b-or': 16,
  'b-xor': 17,
  'b-and': 18,
  '==': 20,
  '!=': 20,
  '===': 20,
  '!==': 20,
  '<=>': 20,
  '<': 20,
  '>': 20,
  '>=': 20,
  '<=': 20,
  'not in': 20,
  in: 20,
  matches: 20,
  'starts with': 20,
  'ends with': 20,
  'has some': 20,
  'has every': 20,
  '..': 25,
  '+': 30,
  '-': 30,
  '~': 40,
  '*': 60,
  '/': 60,
  '//': 60,
  '%': 60,
  is: 100,
  'is not': 100,
  '**': 200,
  '??': 300,
}; // prettier-ignore
const UNARY: Readonly<Record<string, number>> = { not: 50, '-': 500, '+': 500 };
const FROM_RIGHT: ReadonlySet<string> = new Set(['**', '??']);
/** Tests whose names are two words. */
const LONG_TESTS: ReadonlySet<string> = new Set(['divisible by', 'same as', 'record type']);
/** Tests that take what follows without brackets. */
const OPEN_TESTS: ReadonlySet<string> = new Set(['divisible by', 'same as']);
/** Brackets inside brackets: no template that people write has as many. */
const DEPTH_MAX = 200;

/** Reads expressions from words: a Pratt parser. */
export class ExpressionParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** All of the words as one expression. Throws a TwigError. */
  whole(): Expression {
    const found = this.expression();
    this.expectEnd();
    return found;
  }

  expectEnd(): void {
    const { kind, text } = this.peek();
    if (kind !== 'end') throw this.unexpected('the end of the expression', text);
  }

  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.#at + ahead, last)] as Token;
  }

  take(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes a word where it is the next one. */
  skip(kind: Token['kind'], text: string): boolean {
    const token = this.peek();
    if (token.kind !== kind || token.text !== text) return false;
    this.#at++;
    return true;
  }

  expect(kind: Token['kind'], text?: string): Token {
    const token = this.peek();
    if (token.kind === kind && (text === undefined || token.text === text)) return this.take();
    throw this.unexpected(text === undefined ? `a ${kind}` : `\`${text}\``, token.text);
  }

  unexpected(wanted: string, found: string): TwigError {
    return new TwigError(
      `Expected ${wanted}, got ${found === '' ? 'the end' : `\`${found}\``}`,
      this.peek(),
    );
  }

  /** @param least operators that bind less are left to the caller */
  expression(least = 0): Expression {
    if (++this.#depth > DEPTH_MAX) throw new TwigError('Expected fewer brackets', this.peek());
    const arrow = least === 0 ? this.#arrow() : undefined;
    const found = arrow ?? this.#operators(least);
    this.#depth--;
    return found;
  }

  #operators(least: number): Expression {
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.peek();
      const power = kind === 'operator' ? BINARY[text] : undefined;
      if (power === undefined || power < least) break;
      this.take();
      if (text === 'is' || text === 'is not') left = this.#test(left, text === 'is not');
      else {
        const right = this.expression(FROM_RIGHT.has(text) ? power : power + 1);
        const { start } = left;
        left = { kind: 'binary', operator: text, left, right, start, end: right.end };
      }
    }
    return least === 0 ? this.#conditional(left) : left;
  }

  #conditional(first: Expression): Expression {
    let test = first;
    for (;;) {
      const { start } = test;
      if (this.skip('operator', '?:')) {
        const no = this.expression();
        test = { kind: 'conditional', test, yes: undefined, no, start, end: no.end };
      } else if (this.skip('mark', '?')) {
        const yes = this.peek().text === ':' ? undefined : this.expression();
        const no = this.skip('mark', ':') ? this.expression() : undefined;
        test = { kind: 'conditional', test, yes, no, start, end: (no ?? yes ?? test).end };
      } else return test;
    }
  }

  #arrow(): Expression | undefined {
    const { kind, text, start } = this.peek();
    if (kind === 'name' && this.peek(1).text === '=>') {
      this.take();
      return this.#arrowBody([text], start);
    }
    if (text !== '(') return undefined;
    let ahead = 1;
    const names: string[] = [];
    while (this.peek(ahead).kind === 'name') {
      names.push(this.peek(ahead).text);
      ahead++;
      if (this.peek(ahead).text !== ',') break;
      ahead++;
    }
    if (this.peek(ahead).text !== ')' || this.peek(ahead + 1).text !== '=>') return undefined;
    this.#at += ahead + 1;
    return this.#arrowBody(names, start);
  }

  #arrowBody(names: readonly string[], start: number): Expression {
    this.expect('operator', '=>');
    const body = this.expression();
    return { kind: 'arrow', names, body, start, end: body.end };
  }

  #unary(): Expression {
    const { kind, text, start } = this.peek();
    const power = kind === 'operator' ? UNARY[text] : undefined;
    if (power === undefined) return this.#postfix(this.#primary());
    this.take();
    const operand = this.expression(power);
    return { kind: 'unary', operator: text, operand, start, end: operand.end };
  }

  #primary(): Expression {
    const token = this.take();
    const { kind, text, start, end } = token;
    if (kind === 'number') return { kind: 'constant', value: Number(text), start, end };
    if (kind === 'string') return this.#string(token);
    if (kind === 'name') return this.#word(token);
    if (text === '(') {
      const inner = this.expression();
      this.expect('mark', ')');
      return inner;
    }
    if (text === '[') return this.#list(start);
    if (text === '{') return this.#map(start);
    this.#at--;
    throw this.unexpected('a value', text);
  }

  #string({ text, parts, start, end }: Token): Expression {
    if (parts === undefined) return { kind: 'constant', value: text, start, end };
    const read = parts
      .map((part) => (typeof part === 'string' ? part : new ExpressionParser(part).whole()))
      .filter((part) => part !== '');
    return { kind: 'text', parts: read, start, end };
  }

  #word({ text, start, end }: Token): Expression {
    const word = text.toLowerCase();
    if (word === 'true' || word === 'false')
      return { kind: 'constant', value: word === 'true', start, end };
    if (word === 'null' || word === 'none') return { kind: 'constant', value: null, start, end };
    if (this.peek().text !== '(') return { kind: 'name', name: text, start, end };
    const args = this.#arguments();
    return { kind: 'call', name: text, args, start, end: this.#end() };
  }

  #list(start: number): Expression {
    const items: Item[] = [];
    while (!this.skip('mark', ']')) {
      const isSpread = this.skip('operator', '...');
      items.push({ value: this.expression(), isSpread });
      if (!this.skip('mark', ',') && this.peek().text !== ']')
        throw this.unexpected('`,` or `]`', this.peek().text);
    }
    return { kind: 'list', items, start, end: this.#end() };
  }

  #map(start: number): Expression {
    const entries: MapEntry[] = [];
    while (!this.skip('mark', '}')) {
      if (this.skip('operator', '...')) entries.push({ key: undefined, value: this.expression() });
      else entries.push(this.#mapEntry());
      if (!this.skip('mark', ',') && this.peek().text !== '}')
        throw this.unexpected('`,` or `}`', this.peek().text);
    }
    return { kind: 'map', entries, start, end: this.#end() };
  }

  #mapEntry(): MapEntry {
    const { kind, text, start, end } = this.peek();
    if (text === '(' && kind === 'mark') {
      this.take();
      const key = this.expression();
      this.expect('mark', ')');
      this.expect('mark', ':');
      return { key, value: this.expression() };
    }
    if (kind !== 'name' && kind !== 'string' && kind !== 'number') {
      throw this.unexpected('a key: a name, a text, a number or an expression in brackets', text);
    }
    this.take();
    if (kind === 'name' && this.peek().text !== ':') {
      return { key: text, value: { kind: 'name', name: text, start, end } };
    }
    this.expect('mark', ':');
    return { key: kind === 'number' ? Number(text) : text, value: this.expression() };
  }

  #postfix(first: Expression): Expression {
    let found = first;
    for (;;) {
      if (this.skip('mark', '.')) found = this.#member(found);
      else if (this.skip('mark', '[')) found = this.#subscript(found);
      else if (this.skip('mark', '|')) found = this.filter(found);
      else return found;
    }
  }

  #member(object: Expression): Expression {
    const { kind, text, start, end } = this.take();
    if (kind === 'mark' || kind === 'end' || kind === 'string') {
      this.#at--;
      throw this.unexpected('the name of a member', text);
    }
    const value = kind === 'number' ? Number(text) : text;
    const key: Expression = { kind: 'constant', value, start, end };
    const args = this.peek().text === '(' ? this.#arguments() : undefined;
    return { kind: 'member', object, key, args, start: object.start, end: this.#end() };
  }

  #subscript(object: Expression): Expression {
    const { start } = object;
    const from = this.peek().text === ':' ? undefined : this.expression();
    if (!this.skip('mark', ':')) {
      this.expect('mark', ']');
      const key = from as Expression;
      return { kind: 'member', object, key, args: undefined, start, end: this.#end() };
    }
    const length = this.peek().text === ']' ? undefined : this.expression();
    this.expect('mark', ']');
    return { kind: 'slice', object, from, length, start, end: this.#end() };
  }

  /** What follows a `|`. */
  filter(input: Expression): Expression {
    const at = this.expect('name');
    const args = this.peek().text === '(' ? this.#arguments() : [];
    const { start } = input;
    return { kind: 'filter', name: at.text, input, args, at, start, end: this.#end() };
  }

  #test(input: Expression, isNegated: boolean): Expression {
    const first = this.expect('name');
    const second = this.peek();
    const long = `${first.text} ${second.text}`;
    const isLong = LONG_TESTS.has(long);
    if (isLong) this.take();
    const name = isLong ? long : first.text;
    const at: Place = { start: first.start, end: isLong ? second.end : first.end };
    const args = this.#testArguments(name);
    return { kind: 'test', name, input, args, isNegated, at, start: input.start, end: this.#end() };
  }

  #testArguments(name: string): readonly Argument[] {
    if (this.peek().text === '(') return this.#arguments();
    return OPEN_TESTS.has(name) ? [{ name: undefined, value: this.#unary() }] : [];
  }

  #arguments(): readonly Argument[] {
    this.expect('mark', '(');
    const args: Argument[] = [];
    while (!this.skip('mark', ')')) {
      const sign = this.peek(1).text;
      const isNamed = this.peek().kind === 'name' && (sign === '=' || sign === ':');
      const name = isNamed ? this.take().text : undefined;
      if (isNamed) this.take();
      args.push({ name, value: this.expression() });
      if (!this.skip('mark', ',') && this.peek().text !== ')')
        throw this.unexpected('`,` or `)`', this.peek().text);
    }
    return args;
  }

  #end(): number {
    return (this.#tokens[Math.max(0, this.#at - 1)] as Token).end;
  }
}
