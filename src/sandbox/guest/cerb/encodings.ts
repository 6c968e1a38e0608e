import { queryFields } from './fields.ts';
import { jsonEncode } from './json.ts';
import { decoded } from './texts.ts';
import { text } from './values.ts';

// The standard library of every run.
declare const Hash: Readonly<Record<string, (value: unknown) => string>>;
declare const Hmac: Readonly<Record<string, (key: unknown, value: unknown) => string>>;
declare const Base64: {
  encode(value: unknown): string;
  url(value: unknown): string;
  bytes(text: string): Uint8Array;
};

export function md5(value: unknown): string {
  return hash(value, 'md5');
}

export function sha1(value: unknown): string {
  return hash(value, 'sha1');
}

/** Hex digest by md5, sha1, sha256 or sha512. */
export function hash(value: unknown, algorithm: unknown): string {
  return digest(Hash, algorithm)(text(value));
}

/** Hex HMAC; `""` for an empty text. */
export function hashHmac(value: unknown, key: unknown = '', algorithm: unknown = 'sha256'): string {
  const shown = text(value);
  if (shown === '' || shown === '0') return '';
  return digest(Hmac, algorithm)(text(key), shown);
}

function digest<T>(digests: Readonly<Record<string, T>>, algorithm: unknown): T {
  const name = text(algorithm).toLowerCase();
  if (!Object.hasOwn(digests, name)) {
    throw new RangeError(`Expected the algorithm md5, sha1, sha256 or sha512, got ${name}`);
  }
  return digests[name] as T;
}

export function base64Encode(value: unknown): string {
  return Base64.encode(value instanceof Uint8Array ? value : text(value));
}

/** The text behind base64, passing over what is none, as PHP does. */
export function base64Decode(value: unknown): string {
  const letters = text(value)
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '');
  const whole = letters.length % 4 === 1 ? letters.slice(0, -1) : letters;
  return new TextDecoder().decode(Base64.bytes(whole));
}

export function base64UrlEncode(value: unknown): string {
  return Base64.url(text(value));
}

/** Percent-decoding; with `json`, the fields of a query as JSON. */
export function urlDecode(value: unknown, as: unknown = ''): string {
  return text(as).toLowerCase() === 'json'
    ? jsonEncode(queryFields(text(value)))
    : decoded(text(value));
}

/** Letters and digits without those that look alike, as Cerb makes passwords. */
export function randomString(length: unknown = 8): string {
  const count = Math.min(255, Math.max(1, Math.trunc(Number(length)) || 1));
  return Array.from(
    { length: count },
    () => LETTERS[Math.floor(Math.random() * LETTERS.length)],
  ).join('');
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ123456789';
