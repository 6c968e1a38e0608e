import { readPath, valueAt } from '../../../core/value-path.ts';
import { found } from './arguments.ts';
import { asBytes, exactBuffer } from './bytes.ts';
import type { Host } from './host.ts';
import type { Provision } from './provide.ts';

/**
 * `get(value, path, fallback = null)`. Reads own members only, so that `constructor` and the like are
 * missing; `undefined` counts as missing. A path may also be a number or a list of names.
 */
function get(value: unknown, path: unknown, fallback: unknown = null): unknown {
  const at = valueAt(value, steps(path));
  return at === undefined ? fallback : at;
}

function steps(path: unknown): readonly string[] {
  if (Array.isArray(path)) return path.map(String);
  if (typeof path === 'number') return [String(path)];
  if (typeof path !== 'string') {
    throw new TypeError(`Expected a path such as "a.b[0]" for get, got ${found(path)}`);
  }
  const names = readPath(path);
  if (typeof names !== 'number') return names;
  throw new RangeError(
    `Expected a path such as "a.b[0]" for get, got ${found(path)}, which cannot be read from character ${names + 1} on`,
  );
}

/**
 * `safeEqual(a, b)`. A missing value equals nothing, not even another missing one: otherwise a token
 * that nobody configured would match a header that nobody sent.
 */
function safeEqual(host: Host): (a: unknown, b: unknown) => boolean {
  return (a, b) => {
    if (a === null || a === undefined || b === null || b === undefined) return false;
    const left = asBytes(host, a, 'safeEqual');
    const right = asBytes(host, b, 'safeEqual');
    return host.equal(exactBuffer(left), exactBuffer(right));
  };
}

export const provision: Provision = (host) => ({ get, safeEqual: safeEqual(host) });
