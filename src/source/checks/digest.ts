import { createHash } from 'node:crypto';
import { decode } from '../encodings.ts';
import { equalBytes } from '../equal.ts';
import { label, valueAt } from '../place.ts';
import type { DigestCheck } from '../source.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

export function checkDigest(check: DigestCheck, { view }: CheckContext): CheckResult {
  const found = valueAt(check.place, view);
  if (!found.ok) return { is: 'failed', refusal: found.refusal };
  const given = decode(found.value, check.encoding);
  const hash = createHash(check.algorithm).update(view.raw.body).digest();
  if (given !== undefined && equalBytes(given, hash)) return passed();
  const reason = `Expected ${label(check.place)} to be the ${check.algorithm} of the body, got another value.`;
  return failed('proof.mismatch', reason);
}
