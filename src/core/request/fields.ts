/** Fields of a query or a form by name; a repeated one is a list. Without a prototype. */
export type Fields = Record<string, string | string[]>;

/**
 * Fields of one query or form: Express and PHP draw the line at the same number, and no person fills in
 * more. Without it a body of 5 MB could hold 2.5 million.
 */
export const FIELDS_MAX = 1000;

const PERCENT = 0x25;

export function emptyFields(): Fields {
  return Object.create(null) as Fields;
}

/** Adds a field; a name that is there already becomes a list. Names such as `__proto__` are safe. */
export function addField(fields: Fields, name: string, value: string): void {
  const present = fields[name];
  if (present === undefined) fields[name] = value;
  else if (Array.isArray(present)) present.push(value);
  else fields[name] = [present, value];
}

/**
 * The fields of an application/x-www-form-urlencoded text (WHATWG URL Standard, section 5.1): `+` is a
 * space, escapes are UTF-8, and a `%` that begins no escape stays. Names are taken as they are: `a[b]`
 * makes no object.
 *
 * @param bytes the text as it was on the wire
 * @returns at most `FIELDS_MAX` fields, and whether there were more
 */
export function parseFields(bytes: Uint8Array): { fields: Fields; more: boolean } {
  const fields = emptyFields();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('&', at);
    const end = found === -1 ? text.length : found;
    if (end > at) {
      if (count === FIELDS_MAX) return { fields, more: true };
      count++;
      const equals = text.indexOf('=', at);
      const split = equals === -1 || equals > end ? end : equals;
      addField(fields, decode(text.slice(at, split)), decode(text.slice(split + 1, end)));
    }
    at = end + 1;
  }
  return { fields, more: false };
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeLeniently(Buffer.from(spaced));
  }
}

/** Decodes the escapes in place; in bytes, because one call for each escape takes 15 times as long. */
function decodeLeniently(bytes: Buffer): string {
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const high = byte === PERCENT ? hexDigit(bytes[at + 1]) : -1;
    const low = high === -1 ? -1 : hexDigit(bytes[at + 2]);
    if (low !== -1) at += 2;
    bytes[to++] = low === -1 ? byte : high * 16 + low;
  }
  return bytes.toString('utf8', 0, to);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
