import type { Reach } from './program.ts';

/**
 * The part of a parsed JSON value that a program can read: of plain objects the members that `reach`
 * names, lists and scalars whole; a member that is missing stays missing. A program whose reach this is
 * cannot tell the part from the whole. What is whole is the same object, not a copy.
 *
 * Whoever writes the part as JSON again must send the whole text where it holds a number that JSON text
 * can say and `JSON.stringify` cannot: `-0` becomes `0`, and `1e999`, which is read as infinity, `null`.
 */
export function project(value: unknown, reach: Reach): unknown {
  if (reach === true || !isPlainObject(value)) return value;
  const part: Record<string, unknown> = {};
  for (const [member, below] of Object.entries(reach)) {
    // Own members only: `toString` of an object without one is no member of it.
    if (!Object.hasOwn(value, member)) continue;
    const kept = project(value[member], below);
    // Assigned, `__proto__` would set the prototype; JSON.parse makes it an ordinary member.
    if (member === '__proto__') {
      Object.defineProperty(part, member, {
        value: kept,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else part[member] = kept;
  }
  return part;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
