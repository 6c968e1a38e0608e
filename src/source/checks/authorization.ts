import { decode } from '../encodings.ts';
import { equalHeaders, equalTexts } from '../equal.ts';
import { valueAt } from '../place.ts';
import type { BasicCheck, BearerCheck } from '../source.ts';
import { keysOfRole } from './keys-of-role.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

/** `Authorization: Bearer` (RFC 6750, section 2.1). */
export function checkBearer({ key }: BearerCheck, context: CheckContext): CheckResult {
  return compare('Bearer', key, context, equalHeaders);
}

/** `Authorization: Basic` (RFC 7617). */
export function checkBasic({ username, key }: BasicCheck, context: CheckContext): CheckResult {
  return compare('Basic', key, context, (credentials, secret) => {
    // Bytes, one by one: of a text that is not UTF-8 many would be the same.
    const given = decode(credentials, 'base64')?.toString('latin1');
    const expected = username === undefined ? secret : `${username}:${secret}`;
    return given !== undefined && equalTexts(given, Buffer.from(expected).toString('latin1'));
  });
}

function compare(
  scheme: 'Bearer' | 'Basic',
  key: string,
  context: CheckContext,
  isEqual: (credentials: string, secret: string) => boolean,
): CheckResult {
  const keys = keysOfRole(key, context.keys);
  if (!keys.ok) return { is: 'failed', refusal: keys.refusal };
  const found = valueAt({ in: 'header', names: ['Authorization'] }, context.view);
  if (!found.ok) return { is: 'failed', refusal: found.refusal };
  const [, given = '', credentials] = /^([A-Za-z]+) +(\S+)$/.exec(found.value) ?? [];
  // Schemes know no case (RFC 9110, section 11.1).
  if (credentials === undefined || given.toLowerCase() !== scheme.toLowerCase()) {
    const reason = `Expected the header Authorization to be \`${scheme} …\`, got another form.`;
    return failed('proof.malformed', reason);
  }
  const equal = keys.keys.map((secret) => isEqual(credentials, secret));
  if (equal.includes(true)) return passed(equal[0] === false);
  const reason = `Expected the header Authorization to carry the secret \`${key}\`, got another value.`;
  return failed('proof.mismatch', reason);
}
