import { createHash } from 'node:crypto';
import { hmac, isHmac, makeSignature } from '../algorithms.ts';
import { keysOfRole } from '../checks/keys-of-role.ts';
import { signedBytes } from '../content.ts';
import { encode } from '../encodings.ts';
import { privateKey, secretBytes } from '../keys.ts';
import type { Check, DigestCheck, Keys, SignatureCheck, Source, TokenCheck } from '../source.ts';
import { sentTexts } from '../verify.ts';
import type { Draft } from './draft.ts';
import { signJwt } from './jwt.ts';

export interface Making {
  readonly source: Source;
  readonly draft: Draft;
  readonly keys: Keys;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Adds what a check looks for; a text says why it cannot. */
export function addProof(check: Check, making: Making): string | undefined {
  const { draft, keys, now } = making;
  switch (check.is) {
    case 'all':
      return firstFault(check.of, making);
    case 'any':
      return anyOf(check.of, making);
    case 'signature':
      return addSignature(check, making);
    case 'token':
      return addToken(check, making);
    case 'bearer':
      return withKey(check.key, keys, (key) => draft.setHeader('Authorization', `Bearer ${key}`));
    case 'basic':
      return withKey(check.key, keys, (key) => {
        const pair = check.username === undefined ? key : `${check.username}:${key}`;
        draft.setHeader('Authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
      });
    case 'digest':
      return addDigest(check, draft);
    case 'jwt': {
      const role = keysOfRole(check.key, keys);
      if (!role.ok) return role.refusal.reason;
      const token = signJwt(check, role.keys[0] ?? '', now);
      if (token === undefined) return privateKeyFault(check.key, check.algorithm);
      const isBearer = check.place.in === 'header' && check.place.names[0] === 'Authorization';
      return draft.put(check.place, isBearer ? `Bearer ${token}` : token) ? undefined : NO_BODY;
    }
    case 'client_certificate':
      return 'Expected a check that a request can pass by itself, got one that a proxy vouches for.';
    case 'ip':
      return undefined; // The address is that of whoever sends it.
  }
}

const NO_BODY =
  'Expected a JSON body or a form, as the source says, to put the proof into, got another.';

function firstFault(checks: readonly Check[], making: Making): string | undefined {
  for (const check of checks) {
    const fault = addProof(check, making);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The first alternative that can be made; each begins from the same draft. */
function anyOf(checks: readonly Check[], making: Making): string | undefined {
  const faults: string[] = [];
  const before = making.draft.request;
  for (const check of checks) {
    const fault = addProof(check, making);
    if (fault === undefined) return undefined;
    making.draft.reset(before);
    faults.push(fault);
  }
  return faults[0];
}

function withKey(role: string, keys: Keys, use: (key: string) => void): string | undefined {
  const found = keysOfRole(role, keys);
  if (!found.ok) return found.refusal.reason;
  use(found.keys[0] ?? '');
  return undefined;
}

function addSignature(check: SignatureCheck, { source, draft, keys }: Making): string | undefined {
  const { algorithm, key: role } = check;
  if (check.certificate !== undefined) {
    return `Expected a signature that can be made here, got one by ${source.name}, whose certificate only it has.`;
  }
  const found = keysOfRole(role, keys);
  if (!found.ok) return found.refusal.reason;
  const [text = ''] = found.keys;
  const content = signedBytes(check.content, draft.view, sentTexts(source, draft.view));
  if (!content.ok) return content.refusal.reason;
  let signature: Uint8Array;
  if (isHmac(algorithm)) {
    const key = secretBytes(text, check.keyEncoding);
    if (key === undefined) {
      return `Expected the secret \`${role}\` in the encoding ${check.keyEncoding}, got another form.`;
    }
    signature = hmac(algorithm, key, content.pieces);
  } else {
    const key = privateKey(text, algorithm);
    if (key === undefined) return privateKeyFault(role, algorithm);
    signature = makeSignature(algorithm, key, content.pieces);
  }
  return draft.put(check.place, encode(signature, check.encoding)) ? undefined : NO_BODY;
}

/** Public keys verify; the sender alone can sign. */
function privateKeyFault(role: string, algorithm: string): string {
  return `Expected a private key for ${algorithm} as \`${role}\`, got another key. Only the sender has the real one; to try it, store the private key of a pair of your own as that secret, in PEM.`;
}

function addToken({ place, key }: TokenCheck, { draft, keys }: Making): string | undefined {
  const found = keysOfRole(key, keys);
  if (!found.ok) return found.refusal.reason;
  return draft.put(place, found.keys[0] ?? '') ? undefined : NO_BODY;
}

function addDigest({ place, algorithm, encoding }: DigestCheck, draft: Draft): string | undefined {
  const hash = createHash(algorithm).update(draft.request.body).digest();
  return draft.put(place, encode(hash, encoding)) ? undefined : NO_BODY;
}
