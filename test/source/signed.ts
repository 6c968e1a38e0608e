import { generateKeyPairSync } from 'node:crypto';
import { signRequest } from '../../src/source/sign/sign.ts';
import type { Keys, Source } from '../../src/source/source.ts';
import { NOW, type Parts, PRESETS } from './presets.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: typeof rsa.privateKey) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const spki = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }) as string;

/** A pair of keys of each kind, in PEM. */
export const PAIRS = {
  rsa: { private: pem(rsa.privateKey), public: spki(rsa.publicKey) },
  ec: { private: pem(ec.privateKey), public: spki(ec.publicKey) },
  ed: { private: pem(ed.privateKey), public: spki(ed.publicKey) },
};

const WHSEC = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
/** Secrets that fit any encoding of the presets. */
const SHARED: Readonly<Record<string, string>> = {
  'standard-webhooks': WHSEC,
  svix: WHSEC,
  'gitlab-signed': WHSEC,
};

/** Secrets for a preset: those that sign, and those that verify. */
export function keysOf({ name, keys }: Source): { readonly sign: Keys; readonly verify: Keys } {
  const isEc = name === 'sendgrid';
  const pair = isEc ? PAIRS.ec : PAIRS.ed;
  // As the senders show them.
  const shown = isEc
    ? ec.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    : Buffer.from(ed.publicKey.export({ format: 'jwk' }).x as string, 'base64url').toString('hex');
  const all = Object.keys(keys).map((role) => {
    const isPublic = role === 'public_key';
    const text = SHARED[name] ?? 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4';
    return [role, isPublic ? pair.private : text, isPublic ? shown : text] as const;
  });
  return {
    sign: Object.fromEntries(all.map(([role, key]) => [role, [key]])),
    verify: Object.fromEntries(all.map(([role, , key]) => [role, [key]])),
  };
}

/** Amazon's key is nobody's but Amazon's. */
export const SIGNABLE: readonly Source[] = [...PRESETS.values()].filter(
  ({ name }) => name !== 'aws-sns',
);

/** What a source's sender would send. */
export function signedParts(source: Source, more: Parts = {}): Parts {
  const isForm = source.name === 'twilio';
  const signed = signRequest(
    source,
    {
      method: 'POST',
      url: 'https://hooks.example.com/webhooks/abc?shop=7',
      headers: [],
      body: Buffer.from(isForm ? 'To=%2B1555&Body=hi+there' : '{"amount":7}'),
      ...(more as object),
    },
    keysOf(source).sign,
    { now: NOW, id: 'id-1' },
  );
  if (!signed.ok) throw new Error(signed.reason);
  return signed.draft;
}
