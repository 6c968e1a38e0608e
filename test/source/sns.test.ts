import { generateKeyPairSync } from 'node:crypto';
import https from 'node:https';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import SnsValidator from 'sns-validator';
import { expect, test, vi } from 'vitest';
import { verify } from '../../src/source/verify.ts';
import { NOW, openssl, outcome, preset, request } from './presets.ts';

const certificate = 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem';
const topic = 'arn:aws:sns:eu-central-1:123456789012:mine';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const pem = openssl(
  privatePem,
  '',
  'req -x509 -key KEY -subj /CN=sns.amazonaws.com -days 2',
).toString();

function message(version: '1' | '2', more: Readonly<Record<string, string>>) {
  const fields: Record<string, string> = {
    Message: 'Hello\nworld',
    MessageId: 'm-1',
    Timestamp: new Date(NOW).toISOString(),
    TopicArn: topic,
    Type: 'Notification',
    ...more,
  };
  const content = Object.keys(fields)
    .sort()
    .map((name) => `${name}\n${fields[name]}\n`)
    .join('');
  const hash = version === '1' ? '-sha1' : '-sha256';
  const signature = openssl(privatePem, content, `dgst ${hash} -sign KEY CONTENT`);
  return {
    ...fields,
    SignatureVersion: version,
    Signature: signature.toString('base64'),
    SigningCertURL: certificate,
  };
}

const take = (body: unknown, fetched = new Map([[certificate, pem]]), keys = { topic: [topic] }) =>
  verify(preset('aws-sns'), request({ body: JSON.stringify(body) }), keys, NOW, fetched);

test.each(['1', '2'] as const)(
  'signature version %s, as its own library verifies',
  async (version) => {
    const body = message(version, { Subject: 'Hi' });
    const get = vi.spyOn(https, 'get').mockImplementation(((
      _: string,
      answer: (r: Readable) => void,
    ) => {
      answer(Object.assign(Readable.from([Buffer.from(pem)]), { statusCode: 200 }));
      return { on: () => undefined };
    }) as never);
    const official = await new Promise((resolve) =>
      new SnsValidator().validate({ ...body }, (error: unknown) => resolve(error)),
    );
    get.mockRestore();
    expect(official).toBeNull();
    expect(take(body)).toMatchObject({ is: 'accepted', id: 'm-1', sentAt: NOW });
    expect(outcome(take({ ...body, Message: 'Hello' }))).toBe('proof.mismatch');
    expect(outcome(take({ ...body, Token: 'x' }))).toBe('proof.mismatch');
  },
);

test('the certificate is asked for first, and only where Amazon keeps them', () => {
  const body = message('2', {});
  expect(take(body, new Map())).toEqual({ is: 'fetch', url: certificate });
  for (const SigningCertURL of [
    'http://sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com.evil.example/a.pem',
    'https://sns.evil.example/a.pem',
    'https://evil.example/sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/a.pem',
    'https://sns.eu-central-1.amazonaws.com@evil.example/a.pem',
    'https://sns.a.b.amazonaws.com/a.pem',
    'https://sns.s3.amazonaws.com/a.pem', // A bucket named `sns`.
    'https://sns.s3-us-west-2.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com/a.pem?x',
    'https://sns.eu-central-1.amazonaws.com/a.pem#x',
    'https://sns.eu-central-1.amazonaws.com/?a.pem',
    'file:///etc/passwd',
    'no url',
  ]) {
    expect(outcome(take({ ...body, SigningCertURL }, new Map()))).toBe('url.refused');
  }
});

test('a topic of somebody else is refused, though Amazon signed it', () => {
  const other = message('2', { TopicArn: 'arn:aws:sns:eu-central-1:666666666666:theirs' });
  expect(outcome(take(other))).toBe('proof.mismatch');
  expect(outcome(take(message('2', {}), undefined, { topic: [] }))).toBe('key.missing');
});

test('a message of a topic of somebody else cannot be cut so that it names this one', () => {
  const theirs = 'arn:aws:sns:eu-central-1:666666666666:theirs';
  const fields = { MessageId: 'm-0', Timestamp: new Date(NOW).toISOString(), TopicArn: topic };
  const lines = Object.entries(fields).map(([name, value]) => `${name}\n${value}\n`);
  // Anybody with an account of Amazon's can have this signed, as a text to a topic of their own.
  const text = `Pay 1000\n${lines.join('')}Type\nNotification`;
  const signed = message('2', { Message: text, TopicArn: theirs });
  const rest = ['MessageId\nm-1', `Timestamp\n${fields.Timestamp}`, `TopicArn\n${theirs}`];
  const forged = {
    ...signed,
    ...fields,
    Message: 'Pay 1000',
    Type: ['Notification', ...rest, 'Type\nNotification'].join('\n'),
  };
  expect(outcome(take(forged))).toBe('body.malformed');
  // What is signed of its own is a text of several lines still.
  expect(take(message('2', { Message: text })).is).toBe('accepted');
});

test('a subscription is confirmed by fetching its URL, signed and at Amazon only', () => {
  const more = (SubscribeURL: string) => ({
    Type: 'SubscriptionConfirmation',
    Token: 't',
    SubscribeURL,
  });
  const url = 'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
  expect(take(message('2', more(url)))).toMatchObject({
    is: 'handshake',
    name: 'subscription',
    fetch: url,
    answer: { status: 200 },
  });
  expect(outcome(take(message('2', more('https://evil.example/'))))).toBe('url.refused');
  const forged = { ...message('2', more(url)), SubscribeURL: `${url}&x` };
  expect(outcome(take(forged))).toBe('proof.mismatch');
});

test('a flipped bit of any signed field, of the signature or of the certificate is refused', () => {
  const body: Readonly<Record<string, string>> = message('2', { Subject: 'Hi' });
  expect(take(body)).toMatchObject({ is: 'accepted' });
  const flip = (text: string, bit: number) => {
    const bytes = Buffer.from(text, 'latin1');
    const index = Math.floor(bit / 8) % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
    return bytes.toString('latin1');
  };
  const fields = Object.keys(body).filter((name) => !/^Signing|Version$/.test(name));
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.nat(), (name, bit) => {
      const changed = { ...body, [name]: flip(body[name] as string, bit) };
      expect(take(changed).is).toBe('refused');
    }),
    { numRuns: 200 },
  );
  // Of the key in it: what is around it says who made it, which TLS and the host prove.
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  const spki = other.export({ type: 'spki', format: 'pem' }) as string;
  expect(outcome(take(body, new Map([[certificate, spki]])))).toBe('proof.mismatch');
});

test('an hour later it is too old', () => {
  const old = message('2', { Timestamp: new Date(NOW - 3_601_000).toISOString() });
  expect(outcome(take(old))).toBe('time.old');
});
