import { found } from './arguments.ts';
import { asBytes, exactBuffer } from './bytes.ts';
import type { Host } from './host.ts';

/** One step of a path: `.name`, `[0]`, `["any text"]`, or a name at the start. */
const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]/y;

/**
 * `get(value, path, fallback = null)`. Reads own members only, so that `constructor` and the like are
 * missing; `undefined` counts as missing. A path may also be a number or a list of names.
 */
export function get(value: unknown, path: unknown, fallback: unknown = null): unknown {
  let at = value;
  for (const name of steps(path)) {
    if (at === null || at === undefined || !Object.hasOwn(Object(at), name)) return fallback;
    at = (at as Record<string, unknown>)[name];
  }
  return at === undefined ? fallback : at;
}

function steps(path: unknown): readonly string[] {
  if (Array.isArray(path)) return path.map(String);
  if (typeof path === 'number') return [String(path)];
  if (typeof path !== 'string') {
    throw new TypeError(`Expected a path such as "a.b[0]" for get, got ${found(path)}`);
  }
  const names: string[] = [];
  for (let at = 0; at < path.length; ) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (match === null) {
      throw new RangeError(
        `Expected a path such as "a.b[0]" for get, got ${found(path)}, which cannot be read from character ${at + 1} on`,
      );
    }
    names.push(match[1] ?? match[2] ?? unquoted(match[3] as string));
    at = STEP.lastIndex;
  }
  return names;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

/**
 * `safeEqual(a, b)`. A missing value equals nothing, not even another missing one: otherwise a token
 * that nobody configured would match a header that nobody sent.
 */
export function safeEqual(host: Host): (a: unknown, b: unknown) => boolean {
  return (a, b) => {
    if (a === null || a === undefined || b === null || b === undefined) return false;
    const left = asBytes(host, a, 'safeEqual');
    const right = asBytes(host, b, 'safeEqual');
    return host.equal(exactBuffer(left), exactBuffer(right));
  };
}
