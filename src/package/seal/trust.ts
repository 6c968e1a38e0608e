import { HookwrightError } from '../../core/errors.ts';
import type { PackageSignature } from '../../core/package.ts';

/**
 * Demands a signature.
 *
 * @param keys public keys, 32 bytes in base64 each, of which one must have made it; `undefined` for any
 * @param what names the package in the error
 * @throws HookwrightError `package.unsigned`
 */
export function demandSignature(
  signature: PackageSignature,
  keys: readonly string[] | undefined,
  what: string,
): void {
  if (signature.state === 'valid' && (keys ?? [signature.key]).includes(signature.key)) return;
  const found = signature.state === 'valid' ? `one by ${signature.key}` : 'none';
  const whose = keys === undefined ? '' : ` by ${keys.join(' or ') || 'nobody'}`;
  throw new HookwrightError(
    'package.unsigned',
    `Expected a signature of ${what}${whose}, got ${found}.`,
    { next: 'Get the package from whom you trust, or look at the keys.' },
  );
}
