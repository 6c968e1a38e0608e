import { asList } from './collections.ts';
import { literal } from './texts.ts';
import { collect, isCollection, pairs, text } from './values.ts';

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/**
 * A pattern of PHP's `preg` functions, with its delimiters and modifiers, as JavaScript's.
 *
 * @throws SyntaxError where it is none, or uses what JavaScript's patterns do not have
 */
function pattern(source: unknown, flags = ''): RegExp {
  const whole = text(source).trimStart();
  const open = whole[0] ?? '';
  const end = whole.lastIndexOf(PAIRS[open] ?? open);
  if (/[\p{L}\p{N}\s\\]/u.test(open) || end < 1) {
    throw new SyntaxError(
      `Expected a pattern between delimiters, such as "/a+/i", got ${JSON.stringify(whole)}`,
    );
  }
  const modifiers = new Set(whole.slice(end + 1).trim());
  const strange = [...modifiers].find((modifier) => !'imsuD'.includes(modifier));
  if (strange !== undefined) {
    throw new SyntaxError(`Expected the modifiers i, m, s and u of a pattern, got ${strange}`);
  }
  modifiers.delete('D');
  // PHP's own names for what JavaScript writes otherwise.
  const body = whole
    .slice(1, end)
    .replace(/\(\?P?<(?=[A-Za-z_])/g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\\h/g, '[ \\t]')
    .replace(
      /\[:(alpha|digit|alnum|space|upper|lower|punct):\]/g,
      (all, name) => CLASSES[name as string] ?? all,
    );
  return new RegExp(body, [...modifiers].join('') + flags);
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  space: '\\s',
  upper: 'A-Z',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
};

export function matches(value: unknown, source: unknown): boolean {
  return pattern(source).test(text(value));
}

/** What a pattern, or one of its groups, finds first; `""` where it finds nothing. */
export function regexp(value: unknown, source: unknown, group: unknown = 0): string {
  const found = pattern(source).exec(text(value));
  const name = text(group);
  return (/^\d+$/.test(name) ? found?.[Number(name)] : found?.groups?.[name]) ?? '';
}

/** All that a pattern finds, by group; with a group, the list of what that one found. */
export function regexpMatchAll(source: unknown, value: unknown, group: unknown = 0): unknown {
  const all = [...text(value).matchAll(pattern(source, 'g'))];
  const count = Math.max(1, ...all.map((match) => match.length));
  const groups = Array.from({ length: count }, (_, at) => all.map((match) => match[at] ?? ''));
  const wanted = Number(group);
  return wanted > 0 ? (groups[wanted] ?? []) : groups;
}

/** Whether a text, or an item of a list, fits one of some patterns with `*`, in any case. */
export function isPattern(value: unknown, ...patterns: unknown[]): boolean {
  if (!isCollection(value) && typeof value !== 'string' && typeof value !== 'number') return false;
  return patterns.map(wildcard).some((one) => asList(value).some((item) => one.test(text(item))));
}

/** The items that fit, pattern by pattern. */
export function arrayMatches(value: unknown, patterns: unknown): unknown {
  return asList(patterns).flatMap((one) => {
    const known = wildcard(one);
    return asList(value).filter((item) => known.test(text(item)));
  });
}

function wildcard(source: unknown): RegExp {
  return new RegExp(`^${text(source).split('*').map(literal).join('.*?')}$`, 'i');
}

export function parseUrl(value: unknown): unknown {
  const found =
    /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/i.exec(
      text(value),
    );
  if (found === null) return [];
  const [, scheme, user, pass, host, port, path, query, fragment] = found;
  const parts = {
    scheme,
    host,
    port: port === undefined ? undefined : Number(port),
    user,
    pass,
    path: path || undefined,
    query,
    fragment,
  };
  return collect(pairs(parts).filter(([, part]) => part !== undefined));
}
