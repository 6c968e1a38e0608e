import {
  type AsymmetricAlgorithm,
  type HmacAlgorithm,
  hmac,
  isHmac,
  isSignature,
} from '../algorithms.ts';
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
  // The secret first: an alternative without one is no alternative, whatever the request carries.
  const keys = check.certificate === undefined ? keysOfRole(check.key, context.keys) : undefined;
  if (keys?.ok === false) return { is: 'failed', refusal: keys.refusal };
  const ready = gather(check, context);
  if (!('signatures' in ready)) return ready;
  const { algorithm } = check;
  if (isHmac(algorithm)) return compareMacs(check, algorithm, keys?.keys ?? [], ready);
  const texts = keys?.keys ?? certificateOf(check, context);
  return 'is' in texts ? texts : verifySignatures(check, algorithm, texts, ready);
}

interface Gathered {
  readonly signatures: readonly Uint8Array[];
  readonly pieces: readonly (string | Uint8Array)[];
}

function compareMacs(
  check: SignatureCheck,
  algorithm: HmacAlgorithm,
  texts: readonly string[],
  { signatures, pieces }: Gathered,
): CheckResult {
  let malformed: Refusal | undefined;
  for (const [index, text] of texts.entries()) {
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

function verifySignatures(
  check: SignatureCheck,
  algorithm: AsymmetricAlgorithm,
  texts: readonly string[],
  { signatures, pieces }: Gathered,
): CheckResult {
  const few = signatures.slice(0, VERIFIED_MAX);
  const keys = texts.map((text) => publicKey(text, algorithm));
  const index = keys.findIndex(
    (key) =>
      key !== undefined && few.some((signature) => isSignature(algorithm, key, pieces, signature)),
  );
  if (index >= 0) return passed(index > 0);
  return keys.includes(undefined)
    ? { is: 'failed', refusal: malformedKey(check) }
    : mismatch(check);
}

/** The certificate that the request names, if it may be fetched and has been. */
function certificateOf(
  { certificate }: SignatureCheck,
  { view, fetched }: CheckContext,
): CheckResult | readonly string[] {
  if (certificate === undefined) return [];
  const url = fetchUrl(certificate, view);
  if (!url.ok) return { is: 'failed', refusal: url.refusal };
  const pem = fetched.get(url.url);
  return pem === undefined ? { is: 'fetch', url: url.url } : [pem];
}

/** The signatures that came, decoded, and what they should be over. */
function gather(check: SignatureCheck, { view, sent }: CheckContext): CheckResult | Gathered {
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
