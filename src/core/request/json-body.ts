import { isAscii, isUtf8 } from 'node:buffer';
import type { Reach } from '../program.ts';
import { project } from '../project.ts';
import { jsonFault } from './json-fault.ts';

/**
 * Levels of lists and objects in what is cut out: Jackson's limit, above all that is sent in earnest, and
 * low enough that `JSON.stringify`, which recurses, fits on any stack. So it is the same on every machine.
 */
const JSON_DEPTH_MAX = 1000;

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
  const text = jsonText(body);
  if (text === undefined) return NO_UTF8;
  if (text === '') return { json: 'null' };
  // NUL is never legal in JSON, and the guest, which takes C strings, would see the text end there.
  if (reach === true && !text.includes('\0')) return { json: text };
  const parsed = parse(text);
  if ('error' in parsed) return parsed;
  const part = project(parsed.value, reach);
  switch (fate(part, JSON_DEPTH_MAX)) {
    case 'same':
      return { json: JSON.stringify(part) };
    case 'changed':
      return { json: text };
    case 'deep':
      return TOO_DEEP;
  }
}

/**
 * The JSON in a body, written anew: what `JSON.stringify` makes of what `JSON.parse` makes of it. What is nested
 * too deep to be written here is left to the guest, which has a stack of its own.
 */
export function rewriteJson(body: Uint8Array): JsonBody | { readonly rewritten: string } {
  const whole = readWhole(body);
  if ('error' in whole) return whole;
  return whole.isDeep ? { json: whole.text } : { rewritten: JSON.stringify(whole.value) };
}

/** The JSON in a body as a value, and as its text; a body nested too deep to be written again is none. */
export function parseJsonBody(
  body: Uint8Array,
): { readonly value: unknown; readonly text: string } | { readonly error: string } {
  const whole = readWhole(body);
  return 'isDeep' in whole && whole.isDeep ? TOO_DEEP : whole;
}

interface WholeJson {
  readonly value: unknown;
  readonly text: string;
  /** Whether it is nested too deep to be written again. */
  readonly isDeep: boolean;
}

function readWhole(body: Uint8Array): WholeJson | { readonly error: string } {
  const text = jsonText(body);
  if (text === undefined) return NO_UTF8;
  if (text === '') return { value: null, text: 'null', isDeep: false };
  const parsed = parse(text);
  if ('error' in parsed) return parsed;
  const { value } = parsed;
  // Each level takes two characters.
  const mayBeDeep = text.length > JSON_DEPTH_MAX * 2;
  return { value, text, isDeep: mayBeDeep && fate(value, JSON_DEPTH_MAX) === 'deep' };
}

const NO_UTF8 = { error: 'Expected JSON in UTF-8 in the body, got other bytes' };
const TOO_DEEP = {
  error: `Expected JSON nested at most ${JSON_DEPTH_MAX} deep in the body, got deeper`,
};

/** The body as text without its byte order mark; `undefined` where it is no UTF-8. */
function jsonText(body: Uint8Array): string | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) return undefined;
  const decoded = isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8');
  return decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded;
}

function parse(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { error: `Expected JSON in the body, ${jsonFault(text)}` };
  }
}

/**
 * What becomes of a value that is written as JSON and read again: infinite numbers (`1e999`) change to
 * `null`, and -0 to 0. `deep` where it is nested deeper than `depth`.
 */
function fate(value: unknown, depth: number): 'same' | 'changed' | 'deep' {
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? 'same' : 'changed';
  }
  if (typeof value !== 'object' || value === null) return 'same';
  if (depth === 0) return 'deep';
  let whole: 'same' | 'changed' = 'same';
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    const part = fate(item, depth - 1);
    if (part === 'deep') return part;
    if (part === 'changed') whole = part;
  }
  return whole;
}
