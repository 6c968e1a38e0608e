/** Characters of base64 below which a part of it stands for anything: 6 are 36 bits. */
const BASE64_LENGTH_MIN = 6;

/** What stands for the n-th handle while forms are replaced: no byte has such a character. */
const MARK_FIRST = 0xe000;

/**
 * Takes values of secrets out of what comes back from outside: as they are, and in every form in which
 * servers echo what they were sent. What stands in for them is a handle.
 */
export class SecretMask {
  readonly #handles: readonly string[];
  /** As bytes, one character each; longest first, so that no form hides in the rest of another. */
  readonly #forms: readonly (readonly [form: string, mark: string])[];

  /**
   * @param values each with the handle that stands for it
   * @param texts taken out only as they are
   */
  constructor(
    values: readonly (readonly [value: string, handle: string])[],
    texts: readonly (readonly [text: string, handle: string])[] = [],
  ) {
    this.#handles = [...new Set([...values, ...texts].map(([, handle]) => handle))];
    const forms = new Map<string, string>();
    const add = (form: string, handle: string): void => {
      const mark = String.fromCharCode(MARK_FIRST + this.#handles.indexOf(handle));
      forms.set(Buffer.from(form).toString('latin1'), mark);
    };
    for (const [value, handle] of values) for (const form of formsOf(value)) add(form, handle);
    for (const [text, handle] of texts) add(text, handle);
    this.#forms = [...forms].sort(([a], [b]) => b.length - a.length);
  }

  text(text: string): string {
    return Buffer.from(this.bytes(Buffer.from(text))).toString();
  }

  /** Those that hold nothing are given back as they are. */
  bytes(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes).toString('latin1');
    let marked = text;
    for (const [form, mark] of this.#forms) marked = marked.replaceAll(form, mark);
    if (marked === text) return bytes;
    // Only now, so that no form is looked for in a handle.
    const masked = marked.replace(
      /[\ue000-\uf8ff]/g,
      (mark) => this.#handles[mark.charCodeAt(0) - MARK_FIRST] as string,
    );
    return Buffer.from(masked, 'latin1');
  }

  /** Whether a text has a value in it, in any form. */
  finds(text: string): boolean {
    const bytes = Buffer.from(text).toString('latin1');
    return this.#forms.some(([form]) => bytes.includes(form));
  }
}

/** How servers write a text within another. Most leave letters and digits as they are. */
const ENCODERS: readonly ((text: string) => string)[] = [
  json,
  (text) => json(text).replaceAll('/', '\\/'), // As PHP writes it.
  (text) => ascii(json(text)),
  (text) => ascii(json(text)).replaceAll('/', '\\/'),
  encodeURIComponent,
  // What RFC 3986 has, JavaScript leaves.
  (text) => encodeURIComponent(text).replace(/[!'()*]/g, percent),
  (text) => new URLSearchParams([['', text]]).toString().slice(1),
  encodeURI,
  inUrl,
  (text) => inUrl(text).replaceAll("'", '%27'), // As URL parsers make it within a query.
  ...["'", '&#39;', '&#x27;', '&#039;', '&apos;'].map(
    (apostrophe) => (text: string) =>
      html(text).replaceAll('"', '&quot;').replaceAll("'", apostrophe),
  ),
  html,
];

/** Those that write what others have written: a URL in JSON in JSON. */
const OUTER: readonly ((text: string) => string)[] = [json, encodeURIComponent, html];

function formsOf(value: string): ReadonlySet<string> {
  const isLong = value.length > NESTED_LENGTH_MAX;
  const inner = [value, ...(isLong ? OUTER : ENCODERS).map((encode) => encode(value))];
  const outer = isLong ? [] : inner.flatMap((text) => OUTER.map((encode) => encode(text)));
  const texts = new Set([...inner, ...outer]);
  for (const text of [...texts]) {
    texts.add(text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  }
  // Whatever else is done to a text, these parts of it stay.
  for (const [run] of value.matchAll(UNCHANGED)) texts.add(run);
  return new Set([...texts].flatMap((text) => [text, ...binaryForms(text)]));
}

/** Characters of a value of which every form is looked for: keys in PEM are shorter. */
const NESTED_LENGTH_MAX = 4096;

/** What no encoder changes; long enough to be nothing else. */
const UNCHANGED = /[A-Za-z0-9_-]{8,}/g;

function binaryForms(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase(), ...base64Forms(text)];
}

function json(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function ascii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (char) => {
    const code = char.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** What every base64 text with the value in it has in it, wherever the value begins. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const alone = bytes.toString('base64').replace(/=+$/, '');
  const within = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Digits that other bytes have a part in, at both ends.
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const own = whole.slice(first, last);
    if (own.length < BASE64_LENGTH_MIN) return [];
    return [own];
  });
  return [alone, ...within].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}

/** A value within a URL's path or query: as little escaped as RFC 3986 allows of what may stand there. */
export function inUrl(value: string): string {
  return encodeURIComponent(value).replaceAll('%3A', ':').replaceAll('%40', '@');
}
