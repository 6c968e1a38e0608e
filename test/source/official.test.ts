import { generateKeyPairSync } from 'node:crypto';
import { sign as octokitSign } from '@octokit/webhooks-methods';
import sendgrid from '@sendgrid/eventwebhook';
import { verifyKey, verifyWebhookEventMiddleware } from 'discord-interactions';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { judge, NOW, openssl, opensslHmac, outcome, preset } from './presets.ts';

const S = String(NOW / 1000);
const BODY = '{"id":"evt_1","type":"a","note":"naïve – ☃"}';

const ED25519 = 'pkeyutl -sign -rawin -inkey KEY -in CONTENT';

describe('vectors that the senders publish', () => {
  test('GitHub: docs.github.com, validating webhook deliveries', () => {
    const headers = {
      'X-Hub-Signature-256':
        'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    const keys = { secret: ["It's a Secret to Everybody"] };
    expect(judge(preset('github'), { headers, body: 'Hello, World!' }, keys).is).toBe('accepted');
  });

  test('Bitbucket and Jira: developer.atlassian.com, securing webhooks', () => {
    const headers = {
      'X-Hub-Signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
    };
    const keys = { secret: ["It's a Secret to Everybody"] };
    for (const name of ['bitbucket', 'jira']) {
      expect(judge(preset(name), { headers, body: 'Hello World!' }, keys).is).toBe('accepted');
    }
  });

  test('Slack: docs.slack.dev, verifying requests from Slack', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const headers = {
      'X-Slack-Request-Timestamp': '1531420618',
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const keys = { secret: ['8f742231b10e8888abcd99yyyzzz85a5'] };
    const at = 1_531_420_618_000;
    expect(judge(preset('slack'), { headers, body }, keys, at + 299_000).is).toBe('accepted');
    expect(outcome(judge(preset('slack'), { headers, body }, keys, at + 301_000))).toBe('time.old');
    expect(outcome(judge(preset('slack'), { headers, body }, keys, at - 301_000))).toBe(
      'time.future',
    );
  });

  test('Stripe: the scheme of its own library, several v1 and a v0 beside', () => {
    const stripe = new Stripe('sk_test_1');
    const secret = 'whsec_test_secret';
    const header = stripe.webhooks.generateTestHeaderString({
      payload: BODY,
      secret,
      timestamp: NOW / 1000,
    });
    const keys = { secret: [secret] };
    const take = (value: string) =>
      judge(preset('stripe'), { headers: { 'Stripe-Signature': value }, body: BODY }, keys);
    expect(take(header)).toMatchObject({ is: 'accepted', id: 'evt_1', sentAt: NOW });
    const [t, v1] = header.split(',');
    expect(take(`${t},v1=${'0'.repeat(64)},${v1},v0=${'1'.repeat(64)}`).is).toBe('accepted');
    expect(outcome(take(`${t},${v1?.replace('v1', 'v0')}`))).toBe('proof.malformed');
    expect(outcome(take(`t=1,${t},${v1}`))).toBe('proof.malformed');
  });

  test('Square: tests/integration/webhooks.test.ts of square/square-nodejs-sdk', () => {
    const take = (url: string, key: string, signature: string, body: string) =>
      judge(
        preset('square'),
        { url, headers: { 'x-square-hmacsha256-signature': signature }, body },
        { secret: [key] },
      );
    expect(
      take(
        'https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9',
        'Ibxx_5AKakO-3qeNVR61Dw',
        'GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=',
        '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
      ),
    ).toMatchObject({ is: 'accepted', id: 'ac3ac95b-f97d-458c-a6e6-18981597e05f' });
    const escaped = '{"data":{"type":"webhooks","id":">id<"}}';
    const signature = 'Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=';
    const url = 'https://webhook.site/webhooks';
    expect(take(url, 'signature-key', signature, escaped).is).toBe('accepted');
    expect(outcome(take(`${url}/`, 'signature-key', signature, escaped))).toBe('proof.mismatch');
  });

  test('Twilio: twilio.com/docs/usage/security, a form', () => {
    const body =
      'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
    const parts = {
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
        'X-Twilio-Signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
        'I-Twilio-Idempotency-Token': 'tw-1',
      },
      body,
    };
    const keys = { secret: ['12345'] };
    expect(judge(preset('twilio'), parts, keys)).toMatchObject({ is: 'accepted', id: 'tw-1' });
    const moved = { ...parts, url: parts.url.replace('https', 'http') };
    expect(outcome(judge(preset('twilio'), moved, keys))).toBe('proof.mismatch');
  });

  test('Twilio: a JSON body is covered by its hash in the URL, and refused without', () => {
    const body = '{"property": "value", "boolean": true}';
    const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const parts = {
      url: `https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=${hash}`,
      headers: {
        'Content-Type': 'application/json',
        'X-Twilio-Signature': 'a9nBmqA0ju/hNViExpshrM61xv4=',
      },
      body,
    };
    const keys = { secret: ['12345'] };
    expect(judge(preset('twilio'), parts, keys).is).toBe('accepted');
    expect(judge(preset('twilio'), { ...parts, body: `${body} ` }, keys).is).toBe('refused');
    // A request without parameters signs its URL alone; its signature must not let a body in.
    const bare = {
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
      headers: {
        'Content-Type': 'application/json',
        'X-Twilio-Signature': opensslHmac(
          'sha1',
          '12345',
          'https://mycompany.com/myapp.php?foo=1&bar=2',
        ).toString('base64'),
      },
    };
    expect(judge(preset('twilio'), { ...bare, method: 'GET' }, keys).is).toBe('accepted');
    expect(judge(preset('twilio'), { ...bare, body }, keys).is).toBe('refused');
  });

  test('Twilio: no field is passed over, however many stand in front of it', () => {
    const url = 'https://mycompany.com/myapp.php';
    const signature = opensslHmac('sha1', '12345', `${url}A1`).toString('base64');
    const take = (body: string) =>
      outcome(
        judge(
          preset('twilio'),
          {
            url,
            headers: {
              'Content-Type': 'application/x-www-form-urlencoded',
              'X-Twilio-Signature': signature,
            },
            body,
          },
          { secret: ['12345'] },
        ),
      );
    // Repeats and fields without name and value add nothing to what is signed.
    expect(take(`A=1${'&A=1'.repeat(999)}`)).toBe('accepted');
    expect(take(`A=1${'&A=1'.repeat(999)}&Evil=1`)).toBe('body.malformed');
    expect(take(`A=1${'&='.repeat(999)}&Evil=1`)).toBe('body.malformed');
    expect(take(`${'&'.repeat(2000)}A=1&Evil=1`)).toBe('proof.mismatch');
    expect(take(`${'&'.repeat(2000)}A=1`)).toBe('accepted');
  });
});

describe('official libraries', () => {
  test('GitHub: @octokit/webhooks-methods signs', async () => {
    const headers = { 'X-Hub-Signature-256': await octokitSign('s3cret', BODY) };
    const keys = { secret: ['s3cret'] };
    expect(judge(preset('github'), { headers, body: BODY }, keys).is).toBe('accepted');
  });

  test.each([
    ['standard-webhooks', 'webhook'],
    ['svix', 'svix'],
  ])('%s: standardwebhooks signs, one of several signatures', (name, prefix) => {
    const secret = `whsec_${Buffer.from('a key of thirty-two bytes length').toString('base64')}`;
    const signature = new StandardWebhook(secret).sign('msg_1', new Date(NOW), BODY);
    const take = (value: string, key = secret) =>
      judge(
        preset(name),
        {
          headers: {
            [`${prefix}-id`]: 'msg_1',
            [`${prefix}-timestamp`]: S,
            [`${prefix}-signature`]: value,
          },
          body: BODY,
        },
        { secret: [key] },
      );
    expect(take(signature)).toMatchObject({ is: 'accepted', id: 'msg_1' });
    expect(take(`v1,bm90IHRoaXM= v1a,bm90 ${signature}`).is).toBe('accepted');
    expect(take(signature, `v1,${secret}`).is).toBe('accepted'); // As Supabase shows it.
    expect(take(signature, secret.slice('whsec_'.length)).is).toBe('accepted');
    expect(outcome(take(signature, 'whsec_not base64'))).toBe('key.malformed');
    expect(outcome(take(signature.replace('v1,', 'v2,')))).toBe('proof.malformed');
  });

  test('Standard Webhooks: an id with a dot could end elsewhere in what is signed, so it is refused', () => {
    const key = Buffer.from('a key of thirty-two bytes length');
    const secret = `whsec_${key.toString('base64')}`;
    const mac = opensslHmac('sha256', key, `a.b.${S}.${BODY}`).toString('base64');
    const headers = {
      'webhook-id': 'a.b',
      'webhook-timestamp': S,
      'webhook-signature': `v1,${mac}`,
    };
    const verdict = judge(
      preset('standard-webhooks'),
      { headers, body: BODY },
      { secret: [secret] },
    );
    expect(outcome(verdict)).toBe('proof.malformed');
  });

  test('Standard Webhooks: Ed25519 under `v1a`, signed by OpenSSL', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signature = openssl(
      privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      `msg_1.${S}.${BODY}`,
      ED25519,
    ).toString('base64');
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': S,
      'webhook-signature': `v1a,${signature}`,
    };
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    const keys = { public_key: [`whpk_${raw.toString('base64')}`] };
    const source = preset('standard-webhooks');
    expect(judge(source, { headers, body: BODY }, keys).is).toBe('accepted');
    expect(outcome(judge(source, { headers, body: `${BODY} ` }, keys))).toBe('proof.mismatch');
  });

  test('SendGrid: what its own library verifies, signed by OpenSSL', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const body = '[{"email":"a@example.com","sg_event_id":"1"}]\r\n';
    const signature = openssl(
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      `${S}${body}`,
      'dgst -sha256 -sign KEY CONTENT',
    ).toString('base64');
    const shown = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const official = new sendgrid.EventWebhook();
    const ecdsa = official.convertPublicKeyToECDSA(shown);
    expect(official.verifySignature(ecdsa, body, signature, S)).toBe(true);
    const headers = {
      'X-Twilio-Email-Event-Webhook-Signature': signature,
      'X-Twilio-Email-Event-Webhook-Timestamp': S,
    };
    const take = (text: string) =>
      judge(preset('sendgrid'), { headers, body: text }, { public_key: [shown] });
    expect(take(body).is).toBe('accepted');
    expect(outcome(take(body.trimEnd()))).toBe('proof.mismatch');
  });

  test('Discord: what its own library verifies, signed by OpenSSL', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    const body = '{"id":"int_1","type":2}';
    const signature = openssl(
      privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      `${S}${body}`,
      ED25519,
    ).toString('hex');
    expect(await verifyKey(body, signature, S, raw.toString('hex'))).toBe(true);
    const headers = { 'X-Signature-Ed25519': signature, 'X-Signature-Timestamp': S };
    const take = (key: string) =>
      judge(preset('discord'), { headers, body }, { public_key: [key] });
    expect(take(raw.toString('hex'))).toMatchObject({ is: 'accepted', id: 'int_1' });
    expect(outcome(take('00'.repeat(32)))).toMatch(/key.malformed|proof.mismatch/);
    expect(outcome(take('a secret'))).toBe('key.malformed');
  });

  test('Discord’s webhook events: pings and events are answered as its own library does', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const keys = { public_key: [raw.toString('hex')] };
    const ping = '{"version":1,"application_id":"7","type":0}';
    const event =
      '{"version":1,"application_id":"7","type":1,"event":{"type":"ENTITLEMENT_CREATE","timestamp":"2026-01-02T03:04:05.1","data":{}}}';
    for (const [body, kind] of [
      [ping, 'handshake'],
      [event, 'accepted'],
    ] as const) {
      const signature = openssl(pem, S + body, ED25519).toString('hex');
      const headers = { 'X-Signature-Ed25519': signature, 'X-Signature-Timestamp': S };
      const response = { statusCode: 0, end: () => undefined };
      const sent = new Map(Object.entries(headers));
      const incoming = { body: Buffer.from(body), header: (name: string) => sent.get(name) };
      await new Promise<void>((resolve) => {
        response.end = () => resolve() as undefined;
        const middleware = verifyWebhookEventMiddleware(keys.public_key[0] as string);
        middleware(incoming as never, response as never, () => {});
      });
      expect(response.statusCode).toBe(204);
      const verdict = judge(preset('discord-events'), { headers, body }, keys);
      expect(verdict.is).toBe(kind);
      if (verdict.is === 'handshake') expect(verdict.answer.status).toBe(204);
      // The source of interactions must not take an event for its own ping.
      expect(judge(preset('discord'), { headers, body }, keys).is).toBe('accepted');
    }
    expect(preset('discord-events').acknowledge?.status).toBe(204);
  });
});
