/** Characters that a message quotes from the place of a mistake. */
const EXCERPT_LENGTH = 12;

/**
 * Tokens that are looked at: a search of 10 ms. Further on the message names no place, so that a large
 * broken body costs a sandbox's thread no more than its parsing.
 */
const TOKENS_MAX = 100_000;

// RFC 8259: white space, then a mark, a string, a number or a word.
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: strings may not hold them
  /[ \t\n\r]*(?:([{}[\]:,])|("[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\0-\x1f]*)*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * Says where a text stops being JSON: `got "foo}" at line 1, column 2`. V8's own message would do, but
 * it changes from version to version, and a run has to replay on another one.
 */
export function jsonFault(text: string): string {
  const at = faultAt(text);
  if (at === undefined) return 'got text that is none';
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const got = at >= text.length ? 'its end' : JSON.stringify(text.slice(at, at + EXCERPT_LENGTH));
  return `got ${got} at line ${line}, column ${column}`;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'end';

function faultAt(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (let count = 0; count < TOKENS_MAX; count++) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const after: Expected | undefined =
      match === null ? undefined : step(expected, match[1], match[2] !== undefined, open);
    if (after === undefined) return at + (/^[ \t\n\r]*/.exec(text.slice(at))?.[0].length ?? 0);
    expected = after;
    at = TOKEN.lastIndex;
  }
  return undefined;
}

/** What may come after a token, or `undefined` where the token may not stand. */
function step(
  expected: Expected,
  mark: string | undefined,
  string: boolean,
  open: string[],
): Expected | undefined {
  const after = (): Expected => (open.length === 0 ? 'end' : ', or end');
  switch (expected) {
    case 'key or }':
    case 'key':
      if (string) return ':';
      if (mark !== '}' || expected === 'key') return undefined;
      open.pop();
      return after();
    case ':':
      return mark === ':' ? 'value' : undefined;
    case ', or end':
      if (mark === ',') return open.at(-1) === '{' ? 'key' : 'value';
      if (mark !== (open.at(-1) === '{' ? '}' : ']')) return undefined;
      open.pop();
      return after();
    case 'end':
      return undefined;
    default:
      if (mark === undefined) return after();
      if (mark === ']' && expected === 'value or ]') {
        open.pop();
        return after();
      }
      if (mark !== '{' && mark !== '[') return undefined;
      open.push(mark);
      return mark === '{' ? 'key or }' : 'value or ]';
  }
}
