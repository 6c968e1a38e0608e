import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSource } from '../../src/source/read/source.ts';
import type { Verdict } from '../../src/source/verify.ts';
import { judge, NOW, opensslHmac, outcome, type Parts, PRESETS, preset } from './presets.ts';
import { keysOf, signedParts } from './signed.ts';

const S = String(NOW / 1000);

function slack(body: string, secret = 's3cret'): Parts {
  const mac = opensslHmac('sha256', secret, `v0:${S}:${body}`).toString('hex');
  return {
    headers: { 'X-Slack-Request-Timestamp': S, 'X-Slack-Signature': `v0=${mac}` },
    body,
  };
}

function zoom(body: string, secret = 's3cret'): Parts {
  const mac = opensslHmac('sha256', secret, `v0:${S}:${body}`).toString('hex');
  return { headers: { 'x-zm-request-timestamp': S, 'x-zm-signature': `v0=${mac}` }, body };
}

function answerOf(verdict: Verdict) {
  if (verdict.is !== 'handshake') throw new Error(`expected a handshake, got ${outcome(verdict)}`);
  return verdict.answer;
}

const KEYS = { secret: ['s3cret'] };
const TEXT = ['content-type', 'text/plain; charset=utf-8'];
const NOSNIFF = ['x-content-type-options', 'nosniff'];

test('Slack: the challenge comes back, after its signature', () => {
  const body = '{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv"}';
  expect(answerOf(judge(preset('slack'), slack(body), KEYS))).toEqual({
    status: 200,
    headers: [TEXT, NOSNIFF],
    body: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv',
  });
  expect(outcome(judge(preset('slack'), slack(body, 'other'), KEYS))).toBe('proof.mismatch');
  expect(outcome(judge(preset('slack'), { body }, KEYS))).toBe('proof.missing');
});

describe('Zoom', () => {
  const validation = (token: string) =>
    JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken: token } });

  test('the token comes back with its HMAC, as OpenSSL makes it', () => {
    const { body } = answerOf(
      judge(preset('zoom'), zoom(validation('qgg8vlvZRS6UYooatFL8Aw')), KEYS),
    );
    expect(JSON.parse(body)).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: opensslHmac('sha256', 's3cret', 'qgg8vlvZRS6UYooatFL8Aw').toString('hex'),
    });
  });

  test('who cannot sign gets nothing signed', () => {
    const body = validation(`v0:${S}:{"event":"meeting.deleted"}`);
    expect(outcome(judge(preset('zoom'), { body }, KEYS))).toBe('proof.missing');
    expect(outcome(judge(preset('zoom'), zoom(body, 'guess'), KEYS))).toBe('proof.mismatch');
  });

  test('a text that could pass as a signed request is not signed, even for Zoom itself', () => {
    const forged = `v0:${S}:{"event":"meeting.deleted"}`;
    expect(outcome(judge(preset('zoom'), zoom(validation(forged)), KEYS))).toBe(
      'handshake.refused',
    );
  });

  test('whatever token is answered, the answer is no signature of any request', () => {
    const token = fc.oneof(
      fc.string({ maxLength: 140 }),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/),
      fc.constantFrom(`v0:${S}:{}`, `v0:${S}:`, 'a.b', '', 'x'.repeat(129), 'é'),
    );
    fc.assert(
      fc.property(token, (text) => {
        const parts = signedParts(preset('zoom'), { body: Buffer.from(validation(text)) });
        const keys = keysOf(preset('zoom')).verify;
        const verdict = judge(preset('zoom'), parts, keys);
        if (verdict.is !== 'handshake') return;
        const { encryptedToken } = JSON.parse(verdict.answer.body);
        expect(text).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
        // The attacker's best: the time and the body that the token would be.
        for (const [time, body] of [
          [S, text],
          [text, ''],
          ['', text],
        ] as const) {
          const forged = {
            headers: { 'x-zm-request-timestamp': time, 'x-zm-signature': `v0=${encryptedToken}` },
            body,
          };
          expect(judge(preset('zoom'), forged, keys).is).toBe('refused');
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('no preset signs anything for who has not proven to be its sender', () => {
  const signing = [...PRESETS.values()].flatMap(({ name, handshakes }) =>
    handshakes.flatMap(({ answer: { content }, isSigned }) => {
      if (content.is === 'nothing') return [];
      const values = content.is === 'text' ? [content.value] : content.fields.map(([, one]) => one);
      return values.some(({ is }) => is === 'hmac') ? [[name, isSigned]] : [];
    }),
  );
  expect(signing).toEqual([['zoom', true]]);
});

test('an answer that would sign for anybody is a mistake in the source', () => {
  const source = (content: string, signed: boolean) =>
    readSource(
      {
        source: 'x',
        verify: {
          signature: {
            header: 'X-Signature',
            algorithm: 'hmac-sha256',
            encoding: 'base64',
            content,
          },
        },
        handshakes: [
          {
            name: 'crc',
            method: 'GET',
            when: { query: 'crc_token', is: 'present' },
            signed,
            answer: {
              json: { response_token: { hmac: { query: 'crc_token', encoding: 'base64' } } },
            },
          },
        ],
      },
      PRESETS,
    );
  expect(source('{body}', false)).toEqual({
    ok: false,
    mistakes: [
      {
        path: ['handshakes', 0],
        isKey: false,
        message: 'Expected `signed: true`, got an answer that signs what anybody sends',
        hint: 'The signature that it gives away would pass as that of a request.',
      },
    ],
  });
  expect(source('{body}', true).ok).toBe(true);
  expect(source('v0:{body}', false).ok).toBe(true); // No token that is signed has a colon.
  expect(source('v0-{body}', false).ok).toBe(false);
});

test('Meta: the challenge comes back for the verify token only', () => {
  const keys = { secret: ['app secret'], verify_token: ['my token', 'my old token'] };
  const get = (token: string, challenge = '1158201444') => ({
    method: 'GET',
    url: `https://a.example/webhooks/t?hub.mode=subscribe&hub.challenge=${challenge}&hub.verify_token=${token}`,
  });
  const answer = answerOf(judge(preset('meta'), get('my%20token'), keys));
  expect(answer).toEqual({ status: 200, headers: [TEXT, NOSNIFF], body: '1158201444' });
  expect(judge(preset('meta'), get('my%20old%20token'), keys).is).toBe('handshake');
  expect(outcome(judge(preset('meta'), get('guess'), keys))).toBe('proof.mismatch');
  expect(outcome(judge(preset('meta'), get('my%20token'), { secret: ['x'] }))).toBe('key.missing');
  expect(outcome(judge(preset('meta'), get('my%20token', 'x'.repeat(5000)), keys))).toBe(
    'handshake.refused',
  );
});

test('Dropbox: the challenge comes back as plain text that no browser takes for a page', () => {
  const url = 'https://a.example/webhooks/t?challenge=%3Cscript%3E1%3C%2Fscript%3E';
  expect(answerOf(judge(preset('dropbox'), { method: 'GET', url }, KEYS))).toEqual({
    status: 200,
    headers: [TEXT, NOSNIFF],
    body: '<script>1</script>',
  });
  expect(outcome(judge(preset('dropbox'), { method: 'POST', url }, KEYS))).toBe('proof.missing');
});

test('Microsoft Graph: the validation token comes back URL-decoded, as plain text', () => {
  const url =
    'https://a.example/webhooks/t?validationToken=Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+522a8e7e';
  expect(answerOf(judge(preset('microsoft-graph'), { url }, KEYS))).toEqual({
    status: 200,
    headers: [TEXT, NOSNIFF],
    body: 'Validation: Testing client application reachability for subscription Request-Id: 522a8e7e',
  });
});

test('Microsoft Graph: every notification of a body has to carry the client state', () => {
  const take = (...states: readonly unknown[]) =>
    outcome(
      judge(
        preset('microsoft-graph'),
        { body: JSON.stringify({ value: states.map((clientState) => ({ clientState })) }) },
        KEYS,
      ),
    );
  expect(take('s3cret')).toBe('accepted');
  expect(take(...Array(1000).fill('s3cret'))).toBe('accepted');
  expect(take(...Array(999).fill('s3cret'), 'forged')).toBe('proof.mismatch');
  expect(take('s3cret', 'forged')).toBe('proof.mismatch');
  expect(take('s3cret', undefined)).toBe('proof.missing');
  expect(take()).toBe('proof.missing');
});

test('Twitch: the challenge comes back as it is, after its signature', () => {
  const body = '{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}';
  const time = new Date(NOW).toISOString();
  const mac = opensslHmac('sha256', 's3cret', `m-1${time}${body}`).toString('hex');
  const headers = {
    'Twitch-Eventsub-Message-Id': 'm-1',
    'Twitch-Eventsub-Message-Timestamp': time,
    'Twitch-Eventsub-Message-Type': 'webhook_callback_verification',
    'Twitch-Eventsub-Message-Signature': `sha256=${mac}`,
  };
  const answer = answerOf(judge(preset('twitch'), { headers, body }, KEYS));
  expect(answer.body).toBe('pogchamp-kappa-360noscope-vohiyo');
  expect(outcome(judge(preset('twitch'), { headers, body: `${body} ` }, KEYS))).toBe(
    'proof.mismatch',
  );
});

test('Discord: a ping is answered only after its signature; its probes with a bad one are refused', () => {
  const source = preset('discord');
  const keys = keysOf(source).verify;
  const parts = signedParts(source, { body: Buffer.from('{"type":1}') });
  expect(answerOf(judge(source, parts, keys)).body).toBe('{"type":1}');
  const headers = (parts.headers as readonly string[]).map((value) =>
    /^[0-9a-f]{128}$/.test(value) ? '00'.repeat(64) : value,
  );
  expect(outcome(judge(source, { ...parts, headers }, keys))).toBe('proof.mismatch');
});

test('GitHub: a ping is answered and starts nothing', () => {
  const source = preset('github');
  const parts = signedParts(source, { headers: ['X-GitHub-Event', 'ping'] });
  expect(judge(source, parts, keysOf(source).verify).is).toBe('handshake');
  const mac = opensslHmac('sha256', 's3cret', '{"zen":"x"}').toString('hex');
  const headers = { 'X-GitHub-Event': 'ping', 'X-Hub-Signature-256': `sha256=${mac}` };
  const verdict = judge(source, { headers, body: '{"zen":"x"}' }, KEYS);
  expect(answerOf(verdict).body).toBe('pong');
});

describe('WooCommerce', () => {
  const source = preset('woocommerce');
  const ping = {
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': 'WooCommerce/9.1 Hookshot (WordPress/6.6)',
    },
    body: 'webhook_id=12',
  };

  test('the unsigned ping is answered with 200 and nothing else, and starts nothing', () => {
    expect(judge(source, ping, KEYS)).toEqual({
      is: 'handshake',
      name: 'ping',
      answer: { status: 200, headers: [], body: '' },
    });
  });

  test.each([
    ['another field beside', { ...ping, body: 'webhook_id=12&admin=1' }],
    ['no number', { ...ping, body: 'webhook_id=x' }],
    ['another sender', { ...ping, headers: { ...ping.headers, 'User-Agent': 'curl' } }],
    ['JSON', { ...ping, headers: { ...ping.headers, 'Content-Type': 'application/json' } }],
    [
      'a wrong signature',
      { ...ping, headers: { ...ping.headers, 'X-WC-Webhook-Signature': 'eA==' } },
    ],
    ['GET', { ...ping, method: 'GET' }],
  ])('%s is no ping', (_, parts) => {
    expect(judge(source, parts, KEYS).is).toBe('refused');
  });

  test('two deliveries of one second share an id; the body tells them apart', () => {
    const id = (body: string) => {
      const mac = opensslHmac('sha256', 's3cret', body).toString('base64');
      const headers = { 'X-WC-Webhook-Delivery-ID': 'd1', 'X-WC-Webhook-Signature': mac };
      const verdict = judge(source, { headers, body }, KEYS);
      return verdict.is === 'accepted' ? verdict.id : undefined;
    };
    expect(id('{"id":1}')).not.toBe(id('{"id":2}'));
    expect(id('{"id":1}')).toBe(id('{"id":1}'));
  });
});

test('Onfleet: the check comes back', () => {
  const url = 'https://a.example/webhooks/t?check=abc123';
  expect(answerOf(judge(preset('onfleet'), { method: 'GET', url })).body).toBe('abc123');
});
