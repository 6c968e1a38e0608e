import { jsonOf } from '../json.ts';
import { type Case, type Variation, withBody } from './variation.ts';

const REWRITTEN =
  'Something between the sender and here reads the body and writes it anew: a proxy, a gateway or a function. Let it pass the bytes through.';

/** Ways in which the body that was signed differs from the one that came. */
export function bodyVariations({ request }: Case): readonly Variation[] {
  const text = Buffer.from(request.body).toString('utf8');
  return [...lineEnds(text), ...encodings(text), ...json(request.body)];
}

function variation(code: string, says: string, next: string, body: string | Buffer): Variation {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { code, says, next, apply: (from) => withBody(from, bytes) };
}

function lineEnds(text: string): readonly Variation[] {
  const next =
    'Look for what adds or takes it away: an editor, `curl -d @file`, `echo`, or a proxy.';
  const variations = [
    [
      'body.newline_added',
      'The body has a line end that was not signed.',
      text.replace(/[\r\n]+$/, ''),
    ],
    [
      'body.newline_lost',
      'A line end at the body’s end was signed and did not arrive.',
      `${text}\n`,
    ],
    [
      'body.newline_lost',
      'A line end at the body’s end was signed and did not arrive.',
      `${text}\r\n`,
    ],
    ['body.trimmed', 'Blanks around the body were not signed.', text.trim()],
    [
      'body.line_ends',
      'The body’s line ends changed from CR LF to LF on the way.',
      text.replace(/\r?\n/g, '\r\n'),
    ],
    [
      'body.line_ends',
      'The body’s line ends changed from LF to CR LF on the way.',
      text.replace(/\r\n/g, '\n'),
    ],
  ] as const;
  return variations
    .filter(([, , body]) => body !== text)
    .map(([code, says, body]) => variation(code, says, next, body));
}

function encodings(text: string): readonly Variation[] {
  const found: Variation[] = [];
  if (text.startsWith('\uFEFF')) {
    const says = 'The body begins with a byte order mark that was not signed.';
    found.push(variation('body.mark', says, 'Send the file without it.', text.slice(1)));
  }
  const latin = Buffer.from(text, 'latin1');
  if (!latin.equals(Buffer.from(text))) {
    const says = 'The body was signed in ISO 8859-1 and arrived in UTF-8, or was encoded twice.';
    found.push(variation('body.charset', says, REWRITTEN, latin));
  }
  if (text !== '') {
    const says = 'The signature is over an empty body.';
    const next = 'The sender signs before it has the body, or does not sign it at all.';
    found.push(variation('body.empty', says, next, ''));
  }
  return found;
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

function json(body: Uint8Array): readonly Variation[] {
  const value = jsonOf(body);
  if (value === undefined) return [];
  return WRITERS.flatMap(([how, write]) => {
    let text: string;
    try {
      text = write(value);
    } catch {
      return []; // Deeper than a writer can follow; the sender's could not either.
    }
    const says = `The JSON was signed ${how}, and arrived written otherwise.`;
    return [variation('body.json', says, REWRITTEN, text)];
  });
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`,
  );
  return `{${fields.join(', ')}}`;
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
