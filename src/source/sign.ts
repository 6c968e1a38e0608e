import { createHash } from 'node:crypto';
import { hmac, isHmac, makeSignature } from './algorithms.ts';
import { keysOfRole } from './checks/keys-of-role.ts';
import { checksOf } from './checks-of.ts';
import { signedBytes } from './content.ts';
import { Draft, type RequestDraft } from './draft.ts';
import { encode } from './encodings.ts';
import { privateKey, secretBytes } from './keys.ts';
import { signJwt } from './sign-jwt.ts';
import type { Check, DigestCheck, Keys, SignatureCheck, Source, TokenCheck } from './source.ts';
import { timeText } from './timestamp.ts';
import { sentTexts } from './verify.ts';

export interface Signing {
  /** Milliseconds since the epoch: the sender's clock. */
  readonly now: number;
  /** What the sender would name the event by. */
  readonly id: string;
  /** The kind of event, such as `push`; the source's sample where absent. */
  readonly event?: string;
}

/** The request as its sender would send it, or why it cannot be made. */
export type SignedDraft =
  | { readonly ok: true; readonly draft: RequestDraft }
  | { readonly ok: false; readonly reason: string };

/**
 * Makes a request pass its source: what the draft lacks of the sender's headers, its id and time, and the
 * proof. What the draft has of its own is left as it is, but for proofs.
 *
 * @param keys the secrets by role; a private key where the sender signs with one
 */
export function signRequest(
  source: Source,
  request: RequestDraft,
  keys: Keys,
  { now, id, event = source.sample.event }: Signing,
): SignedDraft {
  const draft = new Draft(request);
  for (const [name, value] of Object.entries(source.sample.headers)) draft.addHeader(name, value);
  const { timestamp, verify } = source;
  for (const name of proofHeaders(source)) draft.dropHeader(name);
  const [idPlace] = source.id;
  const isPlaced =
    (source.event === undefined || event === undefined || draft.put(source.event, event)) &&
    (idPlace === undefined || draft.has(idPlace) || draft.put(idPlace, id)) &&
    (timestamp === undefined ||
      draft.put(
        timestamp.place,
        // Linear's time is a number among the body's fields.
        timestamp.unit !== 'iso' && timestamp.place.in === 'json'
          ? Number(timeText(now, timestamp.unit))
          : timeText(now, timestamp.unit),
      ));
  if (!isPlaced)
    return { ok: false, reason: `Expected a JSON body, as ${source.name} sends, got another.` };
  const fault = verify === undefined ? undefined : prove(verify, { source, draft, keys, now });
  return fault === undefined ? { ok: true, draft: draft.request } : { ok: false, reason: fault };
}

/** Headers that hold proofs; those of an earlier request prove nothing for this one. */
function proofHeaders({ timestamp, verify }: Source): readonly string[] {
  const places = checksOf(verify).flatMap((check) => ('place' in check ? [check.place] : []));
  return [...places, ...(timestamp === undefined ? [] : [timestamp.place])].flatMap((place) =>
    place.in === 'header' ? place.names : [],
  );
}

interface Making {
  readonly source: Source;
  readonly draft: Draft;
  readonly keys: Keys;
  readonly now: number;
}

/** Adds what a check looks for; a text says why it cannot. */
function prove(check: Check, making: Making): string | undefined {
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
      return draft.put(check.place, isBearer ? `Bearer ${token}` : token) ? undefined : NO_JSON;
    }
    case 'client_certificate':
      return 'Expected a check that a request can pass by itself, got one that a proxy vouches for.';
    case 'ip':
      return undefined; // The address is that of whoever sends it.
  }
}

const NO_JSON = 'Expected a JSON body to put the proof into, got another.';

function firstFault(checks: readonly Check[], making: Making): string | undefined {
  for (const check of checks) {
    const fault = prove(check, making);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The first alternative that can be made; each begins from the same draft. */
function anyOf(checks: readonly Check[], making: Making): string | undefined {
  const faults: string[] = [];
  const before = making.draft.request;
  for (const check of checks) {
    const fault = prove(check, making);
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
  return draft.put(check.place, encode(signature, check.encoding)) ? undefined : NO_JSON;
}

/** Public keys verify; the sender alone can sign. */
function privateKeyFault(role: string, algorithm: string): string {
  return `Expected a private key for ${algorithm} as \`${role}\`, got another key. Only the sender has the real one: make a pair of your own, and set its public key as the secret.`;
}

function addToken({ place, key }: TokenCheck, { draft, keys }: Making): string | undefined {
  const found = keysOfRole(key, keys);
  if (!found.ok) return found.refusal.reason;
  return draft.put(place, found.keys[0] ?? '') ? undefined : NO_JSON;
}

function addDigest({ place, algorithm, encoding }: DigestCheck, draft: Draft): string | undefined {
  const hash = createHash(algorithm).update(draft.request.body).digest();
  return draft.put(place, encode(hash, encoding)) ? undefined : NO_JSON;
}
