import { equalTexts } from '../equal.ts';
import { valueAt } from '../place.ts';
import type { CertificateCheck } from '../source.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

/**
 * The TLS connection ends at a proxy, which checks the client's certificate and says in a header whose it is.
 * Only a proxy that the operator trusts is believed: anybody else can write the header too.
 */
export function checkCertificate(check: CertificateCheck, { view }: CheckContext): CheckResult {
  if (!view.raw.isProxied) {
    const reason = 'Expected the connection of a trusted proxy, got another.';
    return failed('proxy.untrusted', reason);
  }
  if (check.verified !== undefined) {
    const { header, value } = check.verified;
    const found = valueAt({ in: 'header', names: [header] }, view);
    if (!found.ok) return { is: 'failed', refusal: found.refusal };
    if (!equalTexts(found.value, value)) {
      const reason = `Expected the header ${header} to be ${value}, got another value.`;
      return failed('proof.mismatch', reason);
    }
  }
  const found = valueAt({ in: 'header', names: [check.header] }, view);
  if (!found.ok) return { is: 'failed', refusal: found.refusal };
  const equal = check.allow.map((allowed) => equalTexts(found.value, allowed));
  if (equal.includes(true)) return passed();
  const reason = `Expected the header ${check.header} to name a certificate of the list, got another.`;
  return failed('proof.mismatch', reason);
}
