import type { Refusal } from '../refusal.ts';
import type { Check } from '../source.ts';
import { checkBasic, checkBearer } from './authorization.ts';
import { checkCertificate } from './certificate.ts';
import { checkDigest } from './digest.ts';
import { checkIp } from './ip.ts';
import { checkJwt } from './jwt.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';
import { checkSignature } from './signature.ts';
import { checkToken } from './token.ts';

/** Whether a request passes a check. Never throws, whatever the request is. */
export function runCheck(check: Check, context: CheckContext): CheckResult {
  switch (check.is) {
    case 'signature':
      return checkSignature(check, context);
    case 'token':
      return checkToken(check, context);
    case 'bearer':
      return checkBearer(check, context);
    case 'basic':
      return checkBasic(check, context);
    case 'digest':
      return checkDigest(check, context);
    case 'jwt':
      return checkJwt(check, context);
    case 'client_certificate':
      return checkCertificate(check, context);
    case 'ip':
      return checkIp(check, context);
    case 'all':
      return runAll(check.of, context);
    case 'any':
      return runAny(check.of, context);
  }
}

function runAll(checks: readonly Check[], context: CheckContext): CheckResult {
  let usesPrevious = false;
  for (const check of checks) {
    const result = runCheck(check, context);
    if (result.is !== 'passed') return result;
    usesPrevious ||= result.usesPrevious;
  }
  return passed(usesPrevious);
}

/** An alternative whose secret is not set is none; where all are so, the source is not set up. */
function runAny(checks: readonly Check[], context: CheckContext): CheckResult {
  const refusals: Refusal[] = [];
  let fetch: CheckResult | undefined;
  for (const check of checks) {
    const result = runCheck(check, context);
    if (result.is === 'passed') return result;
    if (result.is === 'fetch') fetch ??= result;
    else refusals.push(result.refusal);
  }
  if (fetch !== undefined) return fetch;
  const told = refusals.filter(({ code }) => code !== 'key.missing');
  const [first] = told.length > 0 ? told : refusals;
  if (told.length <= 1 && first !== undefined) return { is: 'failed', refusal: first };
  const closest = told.find(({ code }) => code !== 'proof.missing') ?? told[0];
  const reasons = [...new Set(told.map(({ reason }) => reason))];
  return failed(closest?.code ?? 'proof.missing', reasons.join(' Or: '));
}
