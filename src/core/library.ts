/**
 * The standard library that expressions and `run` blocks have, as data: the compiler knows the names
 * from here, the reference page prints it, and a test runs every example inside the sandbox.
 * `sandbox/guest/library/` implements it. Namespaces are capitalised as JavaScript's own (`Math`,
 * `JSON`), so that authors may call their variables `text`, `date` or `url`.
 */
export interface LibraryEntry {
  /** `Text.slug` or `uuid`. */
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
  /** An expression, and the JSON of its value. Absent where the value is random. */
  readonly example?: readonly [expression: string, value: string];
}

export const LIBRARY: readonly LibraryEntry[] = [
  entry(
    'get',
    'get(value, path, fallback)',
    'Reads a dotted path such as `a.b[0]["c d"]` or a list of names; the fallback (default `null`) where something on the way is missing.',
    "get({ a: { b: [7] } }, 'a.b[0]')",
    '7',
  ),
  entry(
    'safeEqual',
    'safeEqual(a, b)',
    'Compares two texts or byte arrays in a time that does not depend on where they differ. For tokens and signatures; a missing value (`null`) equals nothing.',
    "safeEqual('abc', 'abd')",
    'false',
  ),
  entry(
    'uuid',
    'uuid()',
    'A version 4 UUID from the run’s own random source: the same again when the run is replayed.',
  ),

  entry(
    'Text.slug',
    'Text.slug(text)',
    'Lower-case letters, digits and single hyphens, accents dropped.',
    "Text.slug('Déjà vu, twice!')",
    '"deja-vu-twice"',
  ),
  entry(
    'Text.truncate',
    "Text.truncate(text, length, end = '…')",
    'At most `length` characters, the end mark included; an emoji counts as one.',
    "Text.truncate('webhooks', 5)",
    '"webh…"',
  ),
  entry(
    'Text.capitalize',
    'Text.capitalize(text)',
    'The first letter in upper case, the rest as it is.',
    "Text.capitalize('order paid')",
    '"Order paid"',
  ),
  entry(
    'Text.title',
    'Text.title(text)',
    'The first letter of every word in upper case.',
    "Text.title('order paid')",
    '"Order Paid"',
  ),
  entry(
    'Text.camel',
    'Text.camel(text)',
    'Words joined in camelCase.',
    "Text.camel('order_line-id')",
    '"orderLineId"',
  ),
  entry(
    'Text.snake',
    'Text.snake(text)',
    'Words joined in snake_case.',
    "Text.snake('orderLine-id')",
    '"order_line_id"',
  ),
  entry(
    'Text.kebab',
    'Text.kebab(text)',
    'Words joined in kebab-case.',
    "Text.kebab('orderLine_id')",
    '"order-line-id"',
  ),
  entry(
    'Text.lines',
    'Text.lines(text)',
    'The lines, without their ends.',
    "Text.lines('a\\r\\nb')",
    '["a","b"]',
  ),
  entry(
    'Text.between',
    'Text.between(text, before, after)',
    'What stands between two marks, or `null`.',
    "Text.between('id=42;', 'id=', ';')",
    '"42"',
  ),
  entry(
    'Text.indent',
    'Text.indent(text, spaces)',
    'Every line indented but empty ones.',
    "Text.indent('a\\nb', 2)",
    '"  a\\n  b"',
  ),
  entry('Text.size', 'Text.size(text)', 'Bytes of the text in UTF-8.', "Text.size('é')", '2'),

  entry(
    'Dates.now',
    'Dates.now()',
    'The run’s time as ISO 8601 in UTC. It stands still while a run executes.',
  ),
  entry(
    'Dates.parse',
    'Dates.parse(value)',
    'Milliseconds since the epoch of an ISO 8601 text (UTC unless it names a zone), an RFC 2822 date, seconds or milliseconds as a number or digits, or a `Date`; `null` where it is none of them.',
    "Dates.parse('2026-01-02T03:04:05Z')",
    '1767323045000',
  ),
  entry(
    'Dates.iso',
    'Dates.iso(value)',
    'ISO 8601 in UTC of anything that `Dates.parse` reads.',
    'Dates.iso(1767323045)',
    '"2026-01-02T03:04:05.000Z"',
  ),
  entry(
    'Dates.unix',
    'Dates.unix(value)',
    'Whole seconds since the epoch.',
    "Dates.unix('2026-01-02')",
    '1767312000',
  ),
  entry(
    'Dates.format',
    'Dates.format(value, pattern, offset = 0)',
    'By the pattern `YYYY YY MMMM MMM MM M DD D dddd ddd HH H hh h mm m ss s SSS A a Z`, other text in `[brackets]`; `offset` in minutes east of UTC or as `+02:00`.',
    "Dates.format('2026-01-02T03:04:05Z', 'ddd D MMM YYYY, HH:mm')",
    '"Fri 2 Jan 2026, 03:04"',
  ),
  entry(
    'Dates.add',
    'Dates.add(value, duration)',
    'ISO 8601 of a moment later or, with a leading `-`, earlier: `90s`, `-15m`, `2h`, `30d`.',
    "Dates.add('2026-01-02', '36h')",
    '"2026-01-03T12:00:00.000Z"',
  ),
  entry(
    'Dates.diff',
    "Dates.diff(later, earlier, unit = 'ms')",
    'Whole units (`ms s m h d`) from the earlier to the later moment; negative the other way round.',
    "Dates.diff('2026-01-03', '2026-01-01', 'd')",
    '2',
  ),

  entry(
    'Csv.parse',
    "Csv.parse(text, { header = true, separator = ',' })",
    'Rows by RFC 4180: objects by the first row’s names, or lists where `header` is false. Empty lines are passed over.',
    'Csv.parse(\'a,b\\n1,"x, y"\')',
    '[{"a":"1","b":"x, y"}]',
  ),
  entry(
    'Csv.stringify',
    "Csv.stringify(rows, { header = true, separator = ',' })",
    'CSV of objects or lists, quoted where needed, lines ended with CRLF.',
    "Csv.stringify([{ a: 1, b: 'x, y' }])",
    '"a,b\\r\\n1,\\"x, y\\"\\r\\n"',
  ),

  entry(
    'Base64.encode',
    'Base64.encode(value)',
    'Base64 of a text (as UTF-8) or bytes.',
    "Base64.encode('é')",
    '"w6k="',
  ),
  entry(
    'Base64.decode',
    'Base64.decode(text)',
    'The text (UTF-8) behind base64 or base64url.',
    "Base64.decode('w6k=')",
    '"é"',
  ),
  entry(
    'Base64.bytes',
    'Base64.bytes(text)',
    'The bytes behind base64 or base64url.',
    "Array.from(Base64.bytes('w6k='))",
    '[195,169]',
  ),
  entry(
    'Base64.url',
    'Base64.url(value)',
    'Base64url without padding (RFC 4648, section 5).',
    "Base64.url('é?')",
    '"w6k_"',
  ),
  entry(
    'Hex.encode',
    'Hex.encode(value)',
    'Lower-case hex of a text (as UTF-8) or bytes.',
    "Hex.encode('é')",
    '"c3a9"',
  ),
  entry(
    'Hex.decode',
    'Hex.decode(text)',
    'The text (UTF-8) behind hex.',
    "Hex.decode('c3a9')",
    '"é"',
  ),
  entry(
    'Hex.bytes',
    'Hex.bytes(text)',
    'The bytes behind hex.',
    "Array.from(Hex.bytes('c3a9'))",
    '[195,169]',
  ),

  ...['md5', 'sha1', 'sha256', 'sha512'].flatMap((algorithm) => [
    entry(
      `Hash.${algorithm}`,
      `Hash.${algorithm}(value, encoding = 'hex')`,
      'Digest of a text (as UTF-8) or bytes, as `hex`, `base64`, `base64url` or `bytes`.',
    ),
    entry(
      `Hmac.${algorithm}`,
      `Hmac.${algorithm}(key, value, encoding = 'hex')`,
      'Keyed digest; key and value are texts or bytes.',
    ),
  ]),

  entry(
    'Html.escape',
    'Html.escape(text)',
    'Safe inside an element or a quoted attribute.',
    'Html.escape(\'<b> & "c"\')',
    '"&lt;b&gt; &amp; &quot;c&quot;"',
  ),
  entry(
    'Html.strip',
    'Html.strip(text)',
    'The text without tags, scripts and styles, with the common entities decoded. To put it into a page, escape it.',
    "Html.strip('<p>a &amp; b</p>')",
    '"a & b"',
  ),
  entry(
    'Xml.escape',
    'Xml.escape(text)',
    'Safe inside an element or a quoted attribute; characters that XML 1.0 forbids are dropped.',
    "Xml.escape('a & b')",
    '"a &amp; b"',
  ),

  entry(
    'Random.int',
    'Random.int(least, most)',
    'A whole number, both ends included, from the run’s own random source.',
  ),
  entry(
    'Random.token',
    'Random.token(length = 32)',
    'Letters and digits. Predictable to who knows the run: for names, not for secrets.',
  ),
  entry('Random.pick', 'Random.pick(list)', 'One of the list’s values.'),

  entry(
    'URL',
    'new URL(text, base)',
    'As in browsers: `href`, `protocol`, `host`, `hostname`, `port`, `pathname`, `search`, `searchParams`, `hash`, `origin`. Read only but for `searchParams`, whose changes show in `href`; `URL.canParse(text, base)`.',
    "new URL('https://a.example/x?y=1').searchParams.get('y')",
    '"1"',
  ),
  entry(
    'URLSearchParams',
    'new URLSearchParams(init)',
    'As in browsers: `get`, `getAll`, `has`, `set`, `append`, `delete`, `entries`, `toString`. Takes `request.query` too, where repeated fields are lists.',
    "new URLSearchParams({ a: 'x y' }).toString()",
    '"a=x+y"',
  ),
  entry(
    'TextEncoder',
    'new TextEncoder()',
    'UTF-8 bytes of a text.',
    "new TextEncoder().encode('é').length",
    '2',
  ),
  entry(
    'TextDecoder',
    "new TextDecoder('utf-8', { fatal = false, ignoreBOM = false })",
    'The text of UTF-8 bytes; what is not UTF-8 becomes `\\uFFFD`, or throws where `fatal`.',
    'new TextDecoder().decode(new Uint8Array([195, 169]))',
    '"é"',
  ),
];

/** The namespace of translated automations, whose members `CERB_LIBRARY` lists. */
export const CERB_NAMESPACE = 'Cerb';

/** Global names of the library: namespaces, functions and classes. A program is loaded with those that it uses. */
export const LIBRARY_NAMES: ReadonlySet<string> = new Set([
  ...LIBRARY.map(({ name }) => name.split('.', 1)[0] ?? name),
  CERB_NAMESPACE,
]);

/** JavaScript's own globals that the sandbox keeps. No `eval`, `Function`, `globalThis`, `WeakRef`. */
export const LANGUAGE_GLOBALS: readonly string[] = [
  'undefined',
  'NaN',
  'Infinity',
  'Object',
  'Array',
  'String',
  'Number',
  'Boolean',
  'BigInt',
  'Symbol',
  'Math',
  'JSON',
  'Date',
  'RegExp',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Promise',
  'Proxy',
  'Reflect',
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'EvalError',
  'URIError',
  'AggregateError',
  'ArrayBuffer',
  'DataView',
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float32Array',
  'Float64Array',
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'encodeURIComponent',
  'decodeURIComponent',
  'encodeURI',
  'decodeURI',
  'escape',
  'unescape',
]; // prettier-ignore

function entry(
  name: string,
  signature: string,
  summary: string,
  expression?: string,
  value?: string,
): LibraryEntry {
  if (expression === undefined || value === undefined) return { name, signature, summary };
  return { name, signature, summary, example: [expression, value] };
}
