import { sign } from 'node:crypto';
import { hmac } from '../algorithms.ts';
import { privateKey, secretBytes } from '../keys.ts';
import type { JwtCheck } from '../source.ts';

/** How long a token is good for that was made to try a webhook. */
const VALID_SECONDS = 300;

/** A JSON Web Token that the check lets pass; `undefined` where the key is not of its kind. */
export function signJwt(check: JwtCheck, text: string, now: number): string | undefined {
  const { algorithm, audience, issuer } = check;
  const seconds = Math.floor(now / 1000);
  const claims = {
    iat: seconds,
    exp: seconds + VALID_SECONDS,
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(audience === undefined ? {} : { aud: audience }),
  };
  const head = Buffer.from(JSON.stringify({ alg: algorithm, typ: 'JWT' })).toString('base64url');
  const signed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const signature = signatureOf(check, text, signed);
  return signature && `${signed}.${signature.toString('base64url')}`;
}

function signatureOf(check: JwtCheck, text: string, signed: string): Buffer | undefined {
  if (check.algorithm === 'HS256') {
    const key = secretBytes(text, check.keyEncoding);
    return key && hmac('hmac-sha256', key, [signed]);
  }
  const isRsa = check.algorithm === 'RS256';
  const key = privateKey(text, isRsa ? 'rsa-sha256' : 'ecdsa-p256-sha256');
  if (key === undefined) return undefined;
  const options = isRsa ? key : { key, dsaEncoding: 'ieee-p1363' as const };
  return sign('sha256', Buffer.from(signed), options);
}
