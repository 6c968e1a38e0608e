import { isAscii, isUtf8 } from 'node:buffer';
import type { Reach } from '../../../core/program.ts';
import { jsonFault } from './json-fault.ts';
import { project } from './project.ts';

/** `json`: the text for the guest to parse. `error`: why the body is no JSON. One of them is there. */
export type JsonBody = { readonly json: string } | { readonly error: string };

/**
 * The JSON that a program can reach of a body. The whole of it (`true`) is left to the guest to parse;
 * parts are cut out here, because QuickJS parses 20 MB/s. An empty body is `null`; a byte order mark is
 * passed over (RFC 8259, section 8.1).
 *
 * Measured with a GitHub payload of 25 kB on Node 20: `JSON.parse` alone 25 µs, all of this with three
 * fields 29 µs. A loop that only adds up the bytes takes 12 µs, so that a scanner of our own, which has to
 * check the syntax too, cannot be twice as fast.
 */
export function readJson(body: Uint8Array, reach: Reach): JsonBody {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) return { error: 'Expected JSON in UTF-8 in the body, got other bytes' };
  const decoded = isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
  const text = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded;
  if (text === '') return { json: 'null' };
  // NUL is never legal in JSON, and the guest, which takes C strings, would see the text end there.
  if (reach === true && !bytes.includes(0)) return { json: text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: `Expected JSON in the body, ${jsonFault(text)}` };
  }
  try {
    const part = project(value, reach);
    return { json: isFaithful(part) ? JSON.stringify(part) : text };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { error: 'Expected JSON in the body, got one that is nested too deep' };
  }
}

/**
 * Whether JSON written from the value reads as the same value: infinite numbers (`1e999`) would become
 * `null`, and -0 would become 0. Throws a RangeError where the value is nested too deep.
 */
function isFaithful(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (!isFaithful(item)) return false;
    return true;
  }
  for (const name in value) {
    if (!isFaithful((value as Record<string, unknown>)[name])) return false;
  }
  return true;
}
