import { equalHeaders, equalTexts } from '../equal.ts';
import { label, valuesAt } from '../place.ts';
import type { TokenCheck } from '../source.ts';
import { keysOfRole } from './keys-of-role.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

/** Every value at the place has to be the secret: where a body gathers notifications, each carries it. */
export function checkToken({ place, key }: TokenCheck, context: CheckContext): CheckResult {
  const keys = keysOfRole(key, context.keys);
  if (!keys.ok) return { is: 'failed', refusal: keys.refusal };
  const found = valuesAt(place, context.view);
  if (!found.ok) return { is: 'failed', refusal: found.refusal };
  const isEqual = place.in === 'header' ? equalHeaders : equalTexts;
  let usesPrevious = false;
  for (const value of found.values) {
    // No early end: how many secrets were compared must not show.
    const equal = keys.keys.map((secret) => isEqual(value, secret));
    if (!equal.includes(true)) {
      const reason = `Expected ${label(place)} to be the secret \`${key}\`, got another value.`;
      return failed('proof.mismatch', reason);
    }
    usesPrevious ||= equal[0] === false;
  }
  return passed(usesPrevious);
}
