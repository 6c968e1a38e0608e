import { type Refusal, refusal } from '../refusal.ts';
import type { Keys } from '../source.ts';

/** Secrets of one role that are tried: a current one and those that a rotation still lets pass. */
const KEYS_MAX = 10;

/** The valid secrets of a role, or why there are none. An empty secret would prove nothing. */
export function keysOfRole(
  role: string,
  keys: Keys,
):
  | { readonly ok: true; readonly keys: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal } {
  const found = (Object.hasOwn(keys, role) ? (keys[role] ?? []) : [])
    .filter((key) => key !== '')
    .slice(0, KEYS_MAX);
  if (found.length > 0) return { ok: true, keys: found };
  const reason = `Expected a secret to be set as \`${role}\`, got none.`;
  return { ok: false, refusal: refusal('key.missing', reason) };
}
