import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AMAZON, Amazon, TOPIC } from './amazon.ts';
import { eventually, Program } from './program.ts';

const SECRET = 'what only the sender has';
const automations = {
  'echo.yaml': 'automation: echo\nsteps:\n  - return: { json: { ran: true } }\n',
};
const discord = generateKeyPairSync('ed25519');

let amazon: Amazon;
let program: Program;

beforeAll(async () => {
  amazon = await Amazon.open();
  program = await Program.start({ automations, env: amazon.env });
  const raw = Buffer.from(discord.publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  for (const [name, value] of Object.entries({
    SECRET,
    TOPIC,
    VERIFY_TOKEN: 'mine',
    DISCORD: raw.toString('hex'),
  })) {
    await program.api('PUT', `/secrets/${name}`, { value });
  }
});

afterAll(async () => {
  await program[Symbol.asyncDispose]();
  amazon.close();
});

interface Target {
  readonly id: string;
  readonly url: string;
}

async function webhook(
  preset: string,
  secrets: Readonly<Record<string, string>> = { secret: 'SECRET' },
): Promise<Target> {
  const bindings = [{ automation: 'echo' }];
  const made = await program.api('POST', '/webhooks', { source: { preset, secrets }, bindings });
  return { id: made.id, url: made.url };
}

type Send = RequestInit & { readonly query?: string };

function send({ url }: Target, { query = '', ...init }: Send): Promise<Response> {
  return fetch(url + query, { method: 'POST', ...init });
}

/** The answer's text; nothing of the request is stored, and nothing ran. */
async function handshake(target: Target, request: Send): Promise<string> {
  const response = await send(target, request);
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
  expect(response.headers.get('x-hookwright-event')).toBeNull();
  expect(await eventsOf(target)).toEqual([]);
  return text;
}

/** It is refused, and nothing of what it asked for is given away. */
async function refused(target: Target, request: Send): Promise<void> {
  const response = await send(target, request);
  expect(response.status).toBe(401);
  expect(await response.text()).toBe('');
  expect(await eventsOf(target)).toEqual([]);
}

/** What is no handshake runs: the same webhook, the same sender. */
async function runs(target: Target, request: Send): Promise<void> {
  const response = await send(target, request);
  expect(await response.text()).toBe('{"ran":true}');
  expect((await eventsOf(target)).length).toBe(1);
}

async function eventsOf({ id }: Target): Promise<readonly unknown[]> {
  return (await program.api('GET', `/events?webhook=${id}`)).events;
}

function hmac(text: string, key = SECRET): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

const JSON_TYPE = { 'content-type': 'application/json' };
const seconds = () => String(Math.floor(Date.now() / 1000));

describe('Zoom', () => {
  const zoom = (body: string, key = SECRET): Send => {
    const time = seconds();
    const signature = `v0=${hmac(`v0:${time}:${body}`, key)}`;
    const headers = { 'x-zm-request-timestamp': time, 'x-zm-signature': signature };
    return { headers: { ...JSON_TYPE, ...headers }, body };
  };
  const validation = (plainToken: string) =>
    JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } });

  test('the token comes back with its HMAC', async () => {
    const target = await webhook('zoom');
    const token = 'qgg8vlvZRS6UYooatFL8Aw';
    expect(JSON.parse(await handshake(target, zoom(validation(token))))).toEqual({
      plainToken: token,
      encryptedToken: hmac(token),
    });
    await runs(target, zoom('{"event":"meeting.started"}'));
  });

  test('signs nothing for who cannot sign, and for nobody a text that could pass as a request', async () => {
    const target = await webhook('zoom');
    const text = `v0:${seconds()}:{"event":"meeting.deleted"}`;
    await refused(target, { headers: JSON_TYPE, body: validation('abc') });
    await refused(target, zoom(validation('abc'), 'guess'));
    await refused(target, { headers: JSON_TYPE, body: validation(text) });
    await refused(target, zoom(validation(text)));
  });

  test('what it signed opens no door', async () => {
    const target = await webhook('zoom');
    const time = seconds();
    for (const token of [time, `v0-${time}-`, 'meeting']) {
      const { encryptedToken } = JSON.parse(await handshake(target, zoom(validation(token))));
      for (const [at, body] of [
        [time, token],
        [token, ''],
        [time, ''],
      ] as const) {
        const headers = {
          'x-zm-request-timestamp': at,
          'x-zm-signature': `v0=${encryptedToken}`,
        };
        await refused(target, { headers, body });
      }
    }
  });
});

test('X: a challenge that would be signed for anybody is no source that a webhook can have', async () => {
  const source = {
    verify: {
      signature: {
        header: 'x-twitter-webhooks-signature',
        prefix: 'sha256=',
        algorithm: 'hmac-sha256',
        encoding: 'base64',
      },
    },
    handshakes: [
      {
        name: 'crc',
        method: 'GET',
        when: { query: 'crc_token', is: 'present' },
        signed: false,
        answer: {
          json: {
            response_token: {
              hmac: { query: 'crc_token', encoding: 'base64', result_prefix: 'sha256=' },
            },
          },
        },
      },
    ],
    secrets: { secret: 'SECRET' },
  };
  const told = async (given: object) => {
    const response = await program.fetchApi('POST', '/webhooks', { source: given });
    return response.ok ? 'taken' : ((await response.json()) as any).error.message;
  };
  expect(await told(source)).toBe(
    'source.handshakes[0]: Expected `signed: true`, got an answer that signs what anybody sends. The signature that it gives away would pass as that of a request.',
  );
  // Nor by a role of its own for the same secret; another secret opens nothing.
  const text = JSON.stringify(source).replace('"query":"crc_token","enc', '"key":"crc",$&');
  const apart = (crc: string) => ({ ...JSON.parse(text), secrets: { secret: 'SECRET', crc } });
  expect(await told(apart('SECRET'))).toMatch(
    /^Expected another secret for crc than for secret, got SECRET for both: the handshake crc/,
  );
  expect(await told(apart('VERIFY_TOKEN'))).toBe('taken');
});

test('Meta: the challenge comes back to who knows the verify token', async () => {
  const target = await webhook('meta', { secret: 'SECRET', verify_token: 'VERIFY_TOKEN' });
  const subscribe = (token: string): Send => ({
    method: 'GET',
    query: `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`,
  });
  expect(await handshake(target, subscribe('mine'))).toBe('1158201444');
  await refused(target, subscribe('guess'));
  const body = '{"object":"page","entry":[]}';
  const headers = { ...JSON_TYPE, 'x-hub-signature-256': `sha256=${hmac(body)}` };
  await runs(target, { headers, body });
});

test('Dropbox: the challenge comes back as plain text that no browser takes for a page', async () => {
  const target = await webhook('dropbox');
  const query = `?challenge=${encodeURIComponent('<script>alert(1)</script>')}`;
  expect(await handshake(target, { method: 'GET', query })).toBe('<script>alert(1)</script>');
  const { headers } = await send(target, { method: 'GET', query });
  expect(headers.get('content-type')).toMatch(/^text\/plain/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  await refused(target, { query });
  const body = '{"list_folder":{"accounts":[]}}';
  await runs(target, { headers: { ...JSON_TYPE, 'x-dropbox-signature': hmac(body) }, body });
});

test('Microsoft Graph: the validation token comes back decoded', async () => {
  const target = await webhook('microsoft-graph');
  const query = '?validationToken=Validation%3A+Testing+client%3Cb%3E';
  expect(await handshake(target, { query })).toBe('Validation: Testing client<b>');
  const { headers } = await send(target, { query });
  expect(headers.get('content-type')).toMatch(/^text\/plain/);
  const notification = (clientState: string): Send => ({
    headers: JSON_TYPE,
    body: JSON.stringify({ value: [{ subscriptionId: 's', clientState }] }),
  });
  await refused(target, notification('guess'));
  await runs(target, notification(SECRET));
});

test('Twitch: the challenge comes back after its signature', async () => {
  const target = await webhook('twitch');
  const twitch = (type: string, body: string, key = SECRET): Send => {
    const time = new Date().toISOString();
    const signature = `sha256=${hmac(`m-${type}${time}${body}`, key)}`;
    const headers = {
      'twitch-eventsub-message-id': `m-${type}`,
      'twitch-eventsub-message-timestamp': time,
      'twitch-eventsub-message-type': type,
      'twitch-eventsub-message-signature': signature,
    };
    return { headers: { ...JSON_TYPE, ...headers }, body };
  };
  const body = '{"challenge":"pogchamp-kappa"}';
  const type = 'webhook_callback_verification';
  expect(await handshake(target, twitch(type, body))).toBe('pogchamp-kappa');
  await refused(target, twitch(type, body, 'guess'));
  await runs(target, twitch('notification', '{"event":{}}'));
});

test('Discord: a ping gets its pong, and one with a wrong signature 401', async () => {
  const target = await webhook('discord', { public_key: 'DISCORD' });
  const interaction = (body: string, key: KeyObject = discord.privateKey): Send => {
    const time = seconds();
    const signature = sign(null, Buffer.from(time + body), key).toString('hex');
    const headers = { 'x-signature-ed25519': signature, 'x-signature-timestamp': time };
    return { headers: { ...JSON_TYPE, ...headers }, body };
  };
  expect(await handshake(target, interaction('{"type":1}'))).toBe('{"type":1}');
  await refused(target, interaction('{"type":1}', generateKeyPairSync('ed25519').privateKey));
  await runs(target, interaction('{"id":"1","type":2}'));
  // Webhook events have a ping of their own, and are of type 1 themselves.
  const events = await webhook('discord-events', { public_key: 'DISCORD' });
  const pong = await send(events, interaction('{"version":1,"type":0}'));
  expect(pong.status).toBe(204);
  expect(pong.headers.get('content-type')).toBe('application/json');
  expect(await eventsOf(events)).toEqual([]);
  await runs(events, interaction('{"version":1,"type":1,"event":{"type":"ENTITLEMENT_CREATE"}}'));
});

test('WooCommerce: the ping of a shop that saves the webhook gets 200, unsigned as it is', async () => {
  const target = await webhook('woocommerce');
  const ping = (body: string, agent = 'WooCommerce/9.1 Hookshot (WordPress/6.6)'): Send => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': agent },
    body,
  });
  expect(await handshake(target, ping('webhook_id=12'))).toBe('');
  await refused(target, ping('webhook_id=12&status=paid'));
  await refused(target, ping('webhook_id=12', 'curl/8'));
  const body = '{"id":1}';
  const signature = Buffer.from(hmac(body), 'hex').toString('base64');
  const headers = { 'x-wc-webhook-signature': signature, 'x-wc-webhook-delivery-id': 'd' };
  await runs(target, { headers: { ...JSON_TYPE, ...headers }, body });
});

test('GitHub’s ping, and the probes of Intercom and Onfleet', async () => {
  const body = '{"zen":"Keep it logically awesome."}';
  const github = { 'x-github-event': 'ping', 'x-hub-signature-256': `sha256=${hmac(body)}` };
  const target = await webhook('github');
  expect(await handshake(target, { headers: github, body })).toBe('pong');
  await refused(target, { headers: { 'x-github-event': 'ping' }, body });
  expect(await handshake(await webhook('intercom'), { method: 'HEAD' })).toBe('');
  const check = { method: 'GET', query: '?check=1a2b' };
  expect(await handshake(await webhook('onfleet'), check)).toBe('1a2b');
});

describe('Amazon SNS', () => {
  test('a subscription is confirmed by fetching its URL, and its messages run', async () => {
    const target = await webhook('aws-sns', { topic: 'TOPIC' });
    const path = '/?Action=ConfirmSubscription&Token=2336412f37';
    await handshake(target, amazon.subscription(`https://${AMAZON}${path}`));
    await eventually(
      () => amazon.asked,
      (asked) => asked.includes(path),
    );
    expect(amazon.asked.filter((one) => one === path).length).toBe(1);
    await runs(target, amazon.message({ Type: 'Notification', MessageId: 'm-2' }));
    // The certificate is kept.
    expect(amazon.asked.filter((one) => one === amazon.certificatePath).length).toBe(1);
  });

  test('nothing is fetched that Amazon did not sign, that is not Amazon’s, or for another topic', async () => {
    const target = await webhook('aws-sns', { topic: 'TOPIC' });
    const url = `https://${AMAZON}/?Action=ConfirmSubscription&Token=forged`;
    const { body, ...rest } = amazon.subscription(url);
    await refused(target, { ...rest, body: String(body).replace('forged', 'forgee') });
    await refused(target, amazon.subscription(`http://127.0.0.1:${program.port}/api/v1/webhooks`));
    await refused(target, amazon.subscription('https://sns.s3.amazonaws.com/'));
    await refused(
      target,
      amazon.message({ Type: 'SubscriptionConfirmation', SubscribeURL: url, TopicArn: 'another' }),
    );
    // What is fetched after it has been: the fetches of the others would have been before it.
    const path = '/?Action=ConfirmSubscription&Token=real';
    await handshake(target, amazon.subscription(`https://${AMAZON}${path}`));
    await eventually(
      () => amazon.asked,
      (asked) => asked.includes(path),
    );
    expect(amazon.asked.filter((one) => one.includes('forge'))).toEqual([]);
  });
});
