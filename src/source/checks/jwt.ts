import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { hmac } from '../algorithms.ts';
import { decode } from '../encodings.ts';
import { equalBytes } from '../equal.ts';
import { jsonOf } from '../json.ts';
import { isP256, isRsa, publicKey, secretBytes } from '../keys.ts';
import { valueAt } from '../place.ts';
import type { JwtCheck } from '../source.ts';
import { keysOfRole } from './keys-of-role.ts';
import { type CheckContext, type CheckResult, failed, passed } from './result.ts';

type Claims = Readonly<Record<string, unknown>>;

/**
 * A JSON Web Token (RFC 7519). The algorithm is the source's, never the token's, so a public key cannot be
 * taken for a shared secret, nor `none` for a signature (RFC 8725, section 2.1).
 */
export function checkJwt(check: JwtCheck, context: CheckContext): CheckResult {
  const keys = keysOfRole(check.key, context.keys);
  if (!keys.ok) return { is: 'failed', refusal: keys.refusal };
  const found = valueAt(check.place, context.view);
  if (!found.ok) return { is: 'failed', refusal: found.refusal };
  const token = tokenOf(found.value.replace(/^bearer +/i, ''));
  if (token === undefined) {
    return failed('proof.malformed', 'Expected a JSON Web Token, got another form.');
  }
  if (token.header.alg !== check.algorithm) {
    return failed(
      'proof.malformed',
      `Expected a token signed with ${check.algorithm}, got another.`,
    );
  }
  if ('crit' in token.header) {
    return failed('proof.malformed', 'Expected a token without `crit`, got one with it.');
  }
  let isKey = false;
  for (const [index, text] of keys.keys.entries()) {
    const tested = isSigned(check, text, token);
    isKey ||= tested !== undefined;
    if (tested === true) return claimsFault(check, token.claims, context.now) ?? passed(index > 0);
  }
  if (isKey) {
    const reason = `Expected a token signed by \`${check.key}\`, got another signature.`;
    return failed('proof.mismatch', reason);
  }
  const reason = `Expected the secret \`${check.key}\` to be a key for ${check.algorithm}, got another form.`;
  return failed('key.malformed', reason);
}

interface Token {
  readonly header: Claims;
  readonly claims: Claims;
  readonly signed: string;
  readonly signature: Uint8Array;
}

function tokenOf(text: string): Token | undefined {
  const parts = text.trim().split('.');
  const [head, payload, end] = parts.map((part) => decode(part, 'base64url'));
  if (parts.length !== 3 || head === undefined || payload === undefined || end === undefined) {
    return undefined;
  }
  const header = jsonOf(head);
  const claims = jsonOf(payload);
  if (!isObject(header) || !isObject(claims)) return undefined;
  return { header, claims, signed: `${parts[0]}.${parts[1]}`, signature: end };
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` where the text is no key for the algorithm. */
function isSigned(
  { algorithm, keyEncoding }: JwtCheck,
  text: string,
  { header, signed, signature }: Token,
): boolean | undefined {
  if (algorithm === 'HS256') {
    const key = secretBytes(text, keyEncoding);
    if (key === undefined || key.length === 0) return undefined;
    return equalBytes(hmac('hmac-sha256', key, [signed]), signature);
  }
  const keys = verificationKeys(text, algorithm, header.kid);
  if (keys.length === 0) return undefined;
  return keys.some((key) => {
    try {
      // ES256 signatures are the two numbers side by side (RFC 7518, section 3.4), not DER.
      const options = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
      return verify('sha256', Buffer.from(signed), options, signature);
    } catch {
      return false;
    }
  });
}

/** Keys of a JWK set that are tried when the token names none. */
const SET_MAX = 10;

/** PEM, or a JWK, or a set of them, of which `kid` picks one where both have it. */
function verificationKeys(
  text: string,
  algorithm: 'RS256' | 'ES256',
  kid: unknown,
): readonly KeyObject[] {
  if (!text.trimStart().startsWith('{')) {
    const key = publicKey(text, algorithm === 'RS256' ? 'rsa-sha256' : 'ecdsa-p256-sha256');
    return key === undefined ? [] : [key];
  }
  const parsed = jsonOf(Buffer.from(text));
  const set = isObject(parsed) && Array.isArray(parsed.keys) ? parsed.keys : [parsed];
  return set
    .filter(isObject)
    .filter((jwk) => kid === undefined || jwk.kid === undefined || jwk.kid === kid)
    .slice(0, SET_MAX)
    .map(jwkKey)
    .filter((key) => key !== undefined)
    .filter(algorithm === 'RS256' ? isRsa : isP256);
}

function jwkKey(jwk: Claims): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** What the claims say against the token, if anything. */
function claimsFault(check: JwtCheck, claims: Claims, now: number): CheckResult | undefined {
  const { audience, issuer, leewayMs, mayLackExpiry } = check;
  const { exp, nbf, iss, aud } = claims;
  if (exp === undefined ? !mayLackExpiry : !isTime(exp)) {
    return failed('token.claim', 'Expected a token with a time as `exp`, got none.');
  }
  if (isTime(exp) && exp * 1000 + leewayMs <= now) {
    return failed('token.expired', `Expected a token that is valid, got one expired at ${exp}.`);
  }
  if (nbf !== undefined && !(isTime(nbf) && nbf * 1000 - leewayMs <= now)) {
    return failed('token.claim', 'Expected a token that is valid already, got another `nbf`.');
  }
  if (issuer !== undefined && iss !== issuer) {
    return failed('token.claim', `Expected a token issued by ${issuer}, got another.`);
  }
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (audience !== undefined && !audiences.includes(audience)) {
    return failed('token.claim', `Expected a token for ${audience}, got one for others.`);
  }
  return undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
