// `toWellFormed` is of ES2024; Node 20 and QuickJS have it.
/// <reference lib="es2024.string" />
import { found } from './arguments.ts';
import type { Host } from './host.ts';

/** Bytes of a text as UTF-8; lone surrogates become U+FFFD, as in `TextEncoder`. */
export function encodeUtf8(host: Host, text: string): Uint8Array<ArrayBuffer> {
  const safe = text.toWellFormed();
  if (!safe.includes('\0')) return new Uint8Array(host.bytes(safe, 'utf8'));
  // The host would see the text end at the NUL; so one character for each byte, and a loop.
  const binary = unescape(encodeURIComponent(safe));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The text of UTF-8 bytes; a byte order mark is kept, what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(host: Host, bytes: Uint8Array): string {
  // A NUL byte is never part of another character, so the pieces between are decoded on their own.
  let text = '';
  let from = 0;
  for (let nul = bytes.indexOf(0); nul !== -1; nul = bytes.indexOf(0, from)) {
    if (nul > from) text += host.text(exactBuffer(bytes.subarray(from, nul)), 'utf8');
    text += '\0';
    from = nul + 1;
  }
  if (from === bytes.length) return text;
  return text + host.text(exactBuffer(bytes.subarray(from)), 'utf8');
}

/** The bytes of a `Uint8Array`, another view or an `ArrayBuffer`, without a copy; or `undefined`. */
export function viewOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/**
 * The bytes of a text (as UTF-8; numbers and booleans count as texts), a view or an `ArrayBuffer`.
 * Throws a TypeError for anything else.
 */
export function asBytes(host: Host, value: unknown, of: string): Uint8Array {
  if (typeof value === 'string') return encodeUtf8(host, value);
  const view = viewOf(value);
  if (view !== undefined) return view;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return encodeUtf8(host, String(value));
  }
  const hint =
    typeof value === 'object' && value !== null ? '; write JSON.stringify(…) for its JSON' : '';
  throw new TypeError(`Expected a text or bytes for ${of}, got ${found(value)}${hint}`);
}

/** An `ArrayBuffer` of exactly these bytes, copied only where the view shows a part of its buffer. */
export function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
