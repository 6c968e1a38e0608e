import { verify as octokitVerify } from '@octokit/webhooks-methods';
import { verifyKey } from 'discord-interactions';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { RequestDraft } from '../../src/source/sign/draft.ts';
import { type SignedDraft, signRequest } from '../../src/source/sign/sign.ts';
import { custom, judge, NOW, PRESETS, preset } from './presets.ts';
import { keysOf, PAIRS, SIGNABLE, signedParts } from './signed.ts';

const DRAFT: RequestDraft = {
  method: 'POST',
  url: 'https://hooks.example.com/webhooks/abc',
  headers: [],
  body: Buffer.from('{"a": 1}'),
};
const WHO = { now: NOW, id: 'id-1' };

function draftOf(signed: SignedDraft): RequestDraft {
  if (!signed.ok) throw new Error(signed.reason);
  return signed.draft;
}

function header({ headers }: RequestDraft, name: string): string {
  const index = headers.findIndex((one, at) => at % 2 === 0 && one === name);
  return headers[index + 1] ?? '';
}

test.each(SIGNABLE.map((source) => [source.name, source] as const))(
  '%s: what is made as its sender would passes',
  (_, source) => {
    const verdict = judge(source, signedParts(source), keysOf(source).verify);
    expect(verdict.is).toBe('accepted');
    if (source.id.length === 0) return;
    const sample = signedParts(source, { body: Buffer.of() });
    expect(judge(source, sample, keysOf(source).verify)).toHaveProperty('id');
  },
);

describe('official libraries take what is made', () => {
  test('@octokit/webhooks-methods, with the event’s header', async () => {
    const draft = draftOf(
      signRequest(preset('github'), DRAFT, { secret: ['s'] }, { ...WHO, event: 'issues' }),
    );
    expect(await octokitVerify('s', '{"a": 1}', header(draft, 'X-Hub-Signature-256'))).toBe(true);
    expect(header(draft, 'X-GitHub-Event')).toBe('issues');
    expect(header(draft, 'X-GitHub-Delivery')).toBe('id-1');
    expect(Buffer.from(draft.body).toString()).toBe('{"a": 1}'); // The file as it was.
  });

  test('stripe', () => {
    const now = Date.now(); // Its library asks the clock itself.
    const body = Buffer.from('{"id":"evt_9"}');
    const draft = draftOf(
      signRequest(preset('stripe'), { ...DRAFT, body }, { secret: ['whsec_x'] }, { ...WHO, now }),
    );
    const event = new Stripe('sk_test_1').webhooks.constructEvent(
      Buffer.from(draft.body).toString(),
      header(draft, 'Stripe-Signature'),
      'whsec_x',
    );
    expect(event.id).toBe('evt_9');
  });

  test('standardwebhooks', () => {
    const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
    const now = Date.now();
    const draft = draftOf(
      signRequest(preset('standard-webhooks'), DRAFT, { secret: [secret] }, { ...WHO, now }),
    );
    const headers = {
      'webhook-id': header(draft, 'webhook-id'),
      'webhook-timestamp': header(draft, 'webhook-timestamp'),
      'webhook-signature': header(draft, 'webhook-signature'),
    };
    expect(new StandardWebhook(secret).verify('{"a": 1}', headers)).toEqual({ a: 1 });
  });

  test('discord-interactions, with a key pair of one’s own', async () => {
    const { sign, verify } = keysOf(preset('discord'));
    const draft = draftOf(signRequest(preset('discord'), DRAFT, sign, WHO));
    const isValid = await verifyKey(
      draft.body,
      header(draft, 'X-Signature-Ed25519'),
      header(draft, 'X-Signature-Timestamp'),
      verify.public_key?.[0] ?? '',
    );
    expect(isValid).toBe(true);
  });
});

test('an empty draft becomes a sample, with id and event where the sender has them', () => {
  const draft = draftOf(
    signRequest(preset('stripe'), { ...DRAFT, body: Buffer.of() }, { secret: ['s'] }, WHO),
  );
  expect(JSON.parse(Buffer.from(draft.body).toString())).toEqual({
    type: 'payment_intent.succeeded',
    id: 'id-1',
  });
});

test('a draft’s own headers stay, proofs of an earlier request do not', () => {
  const headers = ['user-agent', 'mine', 'stripe-signature', 't=1,v1=00', 'X-Other', '1'];
  const draft = draftOf(
    signRequest(preset('stripe'), { ...DRAFT, headers }, { secret: ['s'] }, WHO),
  );
  expect(header(draft, 'user-agent')).toBe('mine');
  expect(header(draft, 'X-Other')).toBe('1');
  expect(draft.headers.filter((name) => /^stripe-signature$/i.test(name))).toHaveLength(1);
  expect(judge(preset('stripe'), draft, { secret: ['s'] }).is).toBe('accepted');
});

test.each([
  ['a token in the query', { token: { query: 'k' } }, {}],
  ['a token in JSON', { token: { json: 'a.b' } }, {}],
  ['bearer', { bearer: {} }, {}],
  ['basic', { basic: { username: 'u' } }, {}],
  ['a JWT by HS256', { jwt: { algorithm: 'HS256', issuer: 'i', audience: 'a' } }, {}],
  ['a JWT by ES256', { jwt: { algorithm: 'ES256' } }, { pair: PAIRS.ec }],
  ['a JWT by RS256', { jwt: { algorithm: 'RS256' } }, { pair: PAIRS.rsa }],
  ['rsa', { signature: { header: 'S', algorithm: 'rsa-sha256' } }, { pair: PAIRS.rsa }],
  ['all of several', [{ bearer: {} }, { digest: { header: 'D' } }, { ip: ['192.0.2.0/24'] }], {}],
] as const)('%s can be made', (_, verify, { pair }: { pair?: typeof PAIRS.ec }) => {
  const source = custom({ verify });
  const body = Buffer.from('{}');
  const signing = { secret: [pair?.private ?? 's'] };
  const draft = draftOf(signRequest(source, { ...DRAFT, body }, signing, WHO));
  expect(judge(source, draft, { secret: [pair?.public ?? 's'] }).is).toBe('accepted');
});

test.each(['{}', ''])('a token of a form can be made, of no body (%j)', (text) => {
  const source = custom({ verify: { token: { form: 'token' } } });
  const keys = { secret: ['a token'] };
  const headers = ['Content-Type', 'application/json'];
  const nothing = { ...DRAFT, headers, body: Buffer.from(text) };
  const draft = draftOf(signRequest(source, nothing, keys, WHO));
  expect(judge(source, draft, keys).is).toBe('accepted');
  expect(Buffer.from(draft.body).toString()).toBe('token=a+token');
  const form = ['Content-Type', 'application/x-www-form-urlencoded'];
  const given = { ...DRAFT, headers: form, body: Buffer.from('a=1') };
  const more = draftOf(signRequest(source, given, keys, WHO));
  expect(Buffer.from(more.body).toString()).toBe('a=1&token=a+token');
});

describe('what cannot be made is told, and why', () => {
  const reason = (signed: SignedDraft) => (signed.ok ? 'made' : signed.reason);
  test.each([
    [
      'discord',
      { public_key: [PAIRS.ed.public] },
      /^Expected a private key for ed25519 as `public_key`, got another key\. Only the sender has the real one; to try it, store the private key/,
    ],
    // As Discord shows it; 32 bytes could be a private key too.
    ['discord', { public_key: ['a1'.repeat(32)] }, /^Expected a private key for ed25519/],
    ['github', {}, /^Expected a secret to be set as `secret`, got none\.$/],
    ['svix', { secret: ['whsec_?'] }, /^Expected the secret `secret` in the encoding whsec/],
    [
      'aws-sns',
      { topic: ['arn:aws:sns:x'] },
      /^Expected a signature that can be made here, got one by aws-sns/,
    ],
  ] as const)('%s', (name, keys, expected) => {
    expect(reason(signRequest(preset(name), DRAFT, keys, WHO))).toMatch(expected);
  });

  test('a body that is no JSON, where the sender’s is', () => {
    const body = Buffer.from('text');
    const signed = signRequest(preset('linear'), { ...DRAFT, body }, { secret: ['s'] }, WHO);
    expect(reason(signed)).toBe('Expected a body as linear sends, got another.');
  });

  test('a body that is no form, where the proof is a field of one', () => {
    const source = custom({ verify: { token: { form: 'token' } } });
    expect(reason(signRequest(source, DRAFT, { secret: ['s'] }, WHO))).toMatch(
      /^Expected .* a form/,
    );
  });

  test('a client certificate', () => {
    const source = custom({ verify: { client_certificate: { header: 'X', allow: ['CN=a'] } } });
    expect(reason(signRequest(source, DRAFT, {}, WHO))).toMatch(/a proxy vouches for/);
  });
});

test('nothing is made for a sender that this list forgets', () => {
  expect(SIGNABLE.length).toBe(PRESETS.size - 1);
});
