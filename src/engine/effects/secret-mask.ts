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

function formsOf(value: string): ReadonlySet<string> {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (char) => {
    const code = char.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
  const percent = [...percentForms(value)];
  const hex = Buffer.from(value).toString('hex');
  return new Set([
    value,
    json,
    ascii,
    // As PHP writes JSON.
    json.replaceAll('/', '\\/'),
    ascii.replaceAll('/', '\\/'),
    ...percent,
    ...percent.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...htmlForms(value),
    hex,
    hex.toUpperCase(),
    ...base64Forms(value),
  ]);
}

function percentForms(value: string): string[] {
  const component = encodeURIComponent(value);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  // As browsers and servers write it that escape less, and as RFC 3986 has it, which escapes more.
  const strict = component.replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [component, strict, form, encodeURI(value), inUrl(value)];
}

function htmlForms(value: string): string[] {
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = escaped.replaceAll('"', '&quot;');
  return [
    escaped,
    quoted,
    ...['&#39;', '&#x27;', '&#039;', '&apos;'].map((code) => quoted.replaceAll("'", code)),
  ];
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
