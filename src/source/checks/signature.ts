import type { KeyObject } from 'node:crypto';
import { type AsymmetricAlgorithm, hmac, isHmac, isSignature } from '../algorithms.ts';
import { signedBytes } from '../content.ts';
import { decode } from '../encodings.ts';
import { equalBytes } from '../equal.ts';
import { fetchUrl } from '../fetch-target.ts';
import { publicKey, secretBytes } from '../keys.ts';
import { label, valuesAt } from '../place.ts';
import { type Refusal, refusal } from '../refusal.ts';
import type { SignatureCheck } from '../source.ts';
import { keysOfRole } from './keys-of-role.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

/** Signatures of one request that are verified with a public key: each costs 0.1 ms, and no sender sends more than two. */
const VERIFIED_MAX = 8;

export function checkSignature(check: SignatureCheck, context: CheckContext): CheckResult {
  const ready = gather(check, context);
  if (!('signatures' in ready)) return ready;
  const { signatures, pieces } = ready;
  const { algorithm } = check;
  if (isHmac(algorithm)) {
    const keys = keysOfRole(check.key, context.keys);
    if (!keys.ok) return { is: 'failed', refusal: keys.refusal };
    let malformed: Refusal | undefined;
    for (const [index, text] of keys.keys.entries()) {
      const key = secretBytes(text, check.keyEncoding);
      if (key === undefined || key.length === 0) {
        malformed ??= malformedKey(check);
        continue;
      }
      const mac = hmac(algorithm, key, pieces);
      if (signatures.some((signature) => equalBytes(mac, signature))) return passed(index > 0);
    }
    return malformed === undefined ? mismatch(check) : { is: 'failed', refusal: malformed };
  }
  const keys = publicKeys(check, algorithm, context);
  if (!('keys' in keys)) return keys;
  const few = signatures.slice(0, VERIFIED_MAX);
  const index = keys.keys.findIndex((key) =>
    few.some((signature) => isSignature(algorithm, key, pieces, signature)),
  );
  return index < 0 ? mismatch(check) : passed(index > 0);
}

/** The signatures that came, decoded, and what they should be over. */
function gather(
  check: SignatureCheck,
  { view, sent }: CheckContext,
):
  | CheckResult
  | {
      readonly signatures: readonly Uint8Array[];
      readonly pieces: readonly (string | Uint8Array)[];
    } {
  const found = valuesAt(check.place, view);
  if (!found.ok) return { is: 'failed', refusal: found.refusal };
  const signatures = found.values
    .map((text) => decode(text, check.encoding))
    .filter((bytes) => bytes !== undefined);
  if (signatures.length === 0) {
    const reason = `Expected a signature in ${check.encoding} in ${label(check.place)}, got other text.`;
    return failed('proof.malformed', reason);
  }
  const content = signedBytes(check.content, view, sent);
  if (!content.ok) return { is: 'failed', refusal: content.refusal };
  return { signatures, pieces: content.pieces };
}

function publicKeys(
  check: SignatureCheck,
  algorithm: AsymmetricAlgorithm,
  context: CheckContext,
): CheckResult | { readonly keys: readonly KeyObject[] } {
  let texts: readonly string[];
  if (check.certificate === undefined) {
    const keys = keysOfRole(check.key, context.keys);
    if (!keys.ok) return { is: 'failed', refusal: keys.refusal };
    texts = keys.keys;
  } else {
    const url = fetchUrl(check.certificate, context.view);
    if (!url.ok) return { is: 'failed', refusal: url.refusal };
    const pem = context.fetched.get(url.url);
    if (pem === undefined) return { is: 'fetch', url: url.url };
    texts = [pem];
  }
  const keys = texts.map((text) => publicKey(text, algorithm)).filter((key) => key !== undefined);
  return keys.length > 0 ? { keys } : { is: 'failed', refusal: malformedKey(check) };
}

function malformedKey({ key, algorithm, keyEncoding, certificate }: SignatureCheck): Refusal {
  const form = isHmac(algorithm)
    ? `a text in the encoding ${keyEncoding}`
    : `a public key for ${algorithm}`;
  const what = certificate === undefined ? `the secret \`${key}\`` : 'the fetched certificate';
  return refusal('key.malformed', `Expected ${what} to be ${form}, got another form.`);
}

function mismatch({ place, algorithm, content }: SignatureCheck): CheckResult {
  return failed(
    'proof.mismatch',
    `Expected ${label(place)} to be the ${algorithm} of \`${content.text}\`, got another signature.`,
  );
}
