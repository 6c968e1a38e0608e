import { jsonOf } from '../json.ts';
import { type Case, type Variation, withBody } from './variation.ts';

const REWRITTEN =
  'Something between the sender and here reads the body and writes it anew: a proxy, a gateway or a function. Let it pass the bytes through.';

/**
 * Ways in which the body that was signed differs from the one that came. Each is made when it is asked for:
 * together they are twenty times the body.
 */
export function* bodyVariations({ request }: Case): Generator<Variation> {
  const text = Buffer.from(request.body).toString('utf8');
  yield* lineEnds(text);
  yield* encodings(text);
  yield* json(request.body);
}

function variation(code: string, says: string, next: string, body: string | Buffer): Variation {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { code, says, next, apply: (from) => withBody(from, bytes) };
}

/** What may have happened to line ends, and what takes it back. */
const LINE_ENDS: readonly (readonly [
  code: string,
  says: string,
  undo: (text: string) => string,
])[] = [
  ['body.newline_added', 'The body has a line end that was not signed.', withoutLineEnds],
  [
    'body.newline_lost',
    'A line end at the body’s end was signed and did not arrive.',
    (text) => `${text}\n`,
  ],
  [
    'body.newline_lost',
    'A line end at the body’s end was signed and did not arrive.',
    (text) => `${text}\r\n`,
  ],
  ['body.trimmed', 'Blanks around the body were not signed.', (text) => text.trim()],
  [
    'body.line_ends',
    'The body’s line ends changed from CR LF to LF on the way.',
    (text) => text.replace(/\r?\n/g, '\r\n'),
  ],
  [
    'body.line_ends',
    'The body’s line ends changed from LF to CR LF on the way.',
    (text) => text.replace(/\r\n/g, '\n'),
  ],
];

/** By hand: a pattern for it would begin anew at each of a hundred thousand line ends that are not the last. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

function* lineEnds(text: string): Generator<Variation> {
  const next =
    'Look for what adds or takes it away: an editor, `curl -d @file`, `echo`, or a proxy.';
  for (const [code, says, undo] of LINE_ENDS) {
    const body = undo(text);
    if (body !== text) yield variation(code, says, next, body);
  }
}

function* encodings(text: string): Generator<Variation> {
  if (text.startsWith('\uFEFF')) {
    const says = 'The body begins with a byte order mark that was not signed.';
    yield variation('body.mark', says, 'Send the file without it.', text.slice(1));
  }
  const latin = Buffer.from(text, 'latin1');
  if (!latin.equals(Buffer.from(text))) {
    const says = 'The body was signed in ISO 8859-1 and arrived in UTF-8, or was encoded twice.';
    yield variation('body.charset', says, REWRITTEN, latin);
  }
  if (text !== '') {
    const says = 'The signature is over an empty body.';
    const next = 'The sender signs before it has the body, or does not sign it at all.';
    yield variation('body.empty', says, next, '');
  }
}

/** How common libraries write JSON. */
const WRITERS: readonly (readonly [how: string, write: (value: unknown) => string])[] = [
  ['without blanks', (value) => JSON.stringify(value)],
  ['indented by two', (value) => JSON.stringify(value, null, 2)],
  ['indented by four', (value) => JSON.stringify(value, null, 4)],
  ['indented by tabs', (value) => JSON.stringify(value, null, '\t')],
  ['with a blank after `,` and `:`, as Python does', (value) => spaced(value)],
  ['with a blank after `,` and `:` and in ASCII, as Python does', (value) => ascii(spaced(value))],
  ['in ASCII', (value) => ascii(JSON.stringify(value))],
  ['with `\\/`, as PHP does', (value) => ascii(JSON.stringify(value)).replaceAll('/', '\\/')],
  ['with `\\u003c`, as Go does', (value) => goEscapes(JSON.stringify(value))],
  ['with sorted keys', (value) => JSON.stringify(sorted(value))],
];

/**
 * Levels that all values together may be nested in: indented by four, 16 MB of blanks. Of 128 kB that somebody
 * nests for the purpose, writers would make gigabytes; 5 MB of what is sent in earnest has a fifth of it.
 */
const LEVELS_MAX = 4 * 1024 * 1024;

function levelsExceed(value: unknown, most: number): boolean {
  let sum = 0;
  // No deeper than the root of twice the limit: every level on the way down counts.
  const walk = (item: unknown, depth: number): boolean => {
    sum += depth;
    if (sum > most) return false;
    if (typeof item !== 'object' || item === null) return true;
    for (const inner of Array.isArray(item) ? item : Object.values(item)) {
      if (!walk(inner, depth + 1)) return false;
    }
    return true;
  };
  return !walk(value, 0);
}

function* json(body: Uint8Array): Generator<Variation> {
  const value = jsonOf(body);
  if (value === undefined || levelsExceed(value, LEVELS_MAX)) return;
  for (const [how, write] of WRITERS) {
    let text: string;
    try {
      text = write(value);
    } catch {
      continue; // Deeper than a writer can follow; the sender's could not either.
    }
    const says = `The JSON was signed ${how}, and arrived written otherwise.`;
    yield variation('body.json', says, REWRITTEN, text);
  }
}

/** Line feeds stand between values alone: within a text they are escaped. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

function ascii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, escaped);
}

function goEscapes(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
