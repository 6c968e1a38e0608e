/** What is known of a value before it is computed. */
export type Kind = 'text' | 'bool' | 'number' | 'list' | 'map' | 'null' | 'any';

/** A piece of JavaScript. */
export interface Code {
  readonly code: string;
  /** How tight its outermost operator binds; see `LEVEL`. */
  readonly level: number;
  readonly kind: Kind;
  /** Given where the value is a literal of the template. */
  readonly constant?: string | number | boolean | null;
  /** Given where a text is the JSON of a value: that value. */
  readonly encodes?: Code;
  /** Given where a text is known to begin so. */
  readonly beginning?: string;
}

/** Precedences of JavaScript (ECMA-262, 13), as far as they are used here. */
export const LEVEL = {
  arrow: 1,
  /** A literal of an object: a brace could begin a block. */
  object: 1,
  conditional: 2,
  or: 4,
  and: 5,
  bits: 6,
  equality: 9,
  relation: 10,
  sum: 12,
  product: 13,
  power: 14,
  unary: 15,
  call: 18,
} as const;

/** Members that JavaScript's own values have, which Twig must not see. */
const OWN_MEMBERS: ReadonlySet<string> = new Set(
  [Object, Array, String, Number, Boolean, Date, Function].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype),
  ),
);

export function make(code: string, level: number, kind: Kind): Code {
  return { code, level, kind };
}

export function call(name: string, args: readonly Code[], kind: Kind = 'any'): Code {
  return make(`${name}(${args.map((arg) => arg.code).join(', ')})`, LEVEL.call, kind);
}

/** In brackets where it binds less tight than what is around it. */
export function within(code: Code, level: number): string {
  return code.level < level ? `(${code.code})` : code.code;
}

export function constant(value: string | number | boolean | null): Code {
  const kind =
    value === null
      ? 'null'
      : typeof value === 'string'
        ? 'text'
        : typeof value === 'number'
          ? 'number'
          : 'bool';
  const isNegative = typeof value === 'number' && value < 0;
  return {
    code: typeof value === 'string' ? quoted(value) : String(value),
    level: isNegative ? LEVEL.unary : LEVEL.call,
    kind,
    constant: value,
  };
}

/** A text of JavaScript in single quotes, on one line. */
export function quoted(value: string): string {
  const inner = JSON.stringify(value)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return `'${inner}'`;
}

/** The text that Twig prints of it. */
export function asText(code: Code): Code {
  if (code.kind === 'text') return code;
  const value = code.constant;
  if (value === null || value === false) return constant('');
  if (value === true) return constant('1');
  if (typeof value === 'number' && Number.isSafeInteger(value)) return constant(String(value));
  return call('Cerb.text', [code], 'text');
}

/** Whether Twig takes it for true. */
export function asCondition(code: Code): Code {
  if (code.kind === 'bool') return code;
  const { constant: value } = code;
  if (value !== undefined) {
    return constant(value !== null && value !== '' && value !== '0' && value !== 0);
  }
  return call('Cerb.isTrue', [code], 'bool');
}

export function asNumber(code: Code): Code {
  return code.kind === 'number' ? code : call('Cerb.number', [code], 'number');
}

export function asInteger(code: Code): Code {
  if (typeof code.constant === 'number' && Number.isInteger(code.constant)) return code;
  return call('Cerb.int', [code], 'number');
}

export function not(code: Code): Code {
  const condition = asCondition(code);
  if (typeof condition.constant === 'boolean') return constant(!condition.constant);
  if (condition.level === LEVEL.unary && condition.code.startsWith('!')) {
    return make(condition.code.slice(1), LEVEL.call, 'bool');
  }
  return make(`!${within(condition, LEVEL.unary)}`, LEVEL.unary, 'bool');
}

export function binary(left: Code, operator: string, right: Code, level: number, kind: Kind): Code {
  return make(`${within(left, level)} ${operator} ${within(right, level + 1)}`, level, kind);
}

/** `a ?? b`, which JavaScript does not mix with `||` and `&&`. */
export function coalesce(left: Code, right: Code, kind: Kind = 'any'): Code {
  const level = LEVEL.bits;
  return make(`${within(left, level)} ?? ${within(right, level)}`, LEVEL.conditional, kind);
}

/** A member, `undefined` where there is none; whatever JavaScript's own values have besides is hidden. */
export function member(object: Code, key: Code): Code {
  if (object.constant === null) return constant(null);
  const name = key.constant;
  const isPlain = typeof name === 'string' && !OWN_MEMBERS.has(name);
  if (!isPlain || object.level < LEVEL.call) return call('Cerb.get', [object, key]);
  const link = object.kind === 'map' ? '' : '?.';
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return make(`${object.code}${link === '' ? '.' : link}${name}`, LEVEL.call, 'any');
  }
  return make(`${object.code}${link}[${key.code}]`, LEVEL.call, 'any');
}

/** The name of a property in a literal of an object. */
export function property(key: string): string {
  if (key === '__proto__') return "['__proto__']";
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : quoted(key);
}
