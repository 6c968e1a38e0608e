import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign as githubSignature } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine, eventually, Program } from './program.ts';

const SECRETS = {
  GITHUB: "It's a Secret to Everybody",
  STRIPE: 'whsec_stripe_secret',
  SLACK: '8f742231b10e8888abcd99yyyzzz85a5',
  STANDARD: `whsec_${Buffer.from('a secret of 24 bytes ...').toString('base64')}`,
};

const automations = {
  'count.yaml': `automation: count
policy: { state: [seen] }
steps:
  - state: { increment: seen }
    as: count
  - return: { json: { count: "\${{ count }}" } }
`,
  'quiet.yaml': 'automation: quiet\nsteps:\n  - log: seen\n',
  'echo.yaml': 'automation: echo\nsteps:\n  - return: { json: { ok: true } }\n',
  'slow.yaml': 'automation: slow\npolicy: {}\nsteps:\n  - wait: 60s\n',
};

let program: Program;

beforeAll(async () => {
  program = await Program.start({ automations });
  for (const [name, value] of Object.entries(SECRETS)) {
    await program.api('PUT', `/secrets/${name}`, { value });
  }
});

afterAll(() => program[Symbol.asyncDispose]());

async function webhook(
  preset: string,
  secrets: Record<string, string>,
  ...automationNames: string[]
): Promise<{ id: string; name: string; url: string }> {
  const bindings = automationNames.map((automation) => ({ automation }));
  const made = await program.api('POST', '/webhooks', { source: { preset, secrets }, bindings });
  return made as { id: string; name: string; url: string };
}

function post(url: string, body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers });
}

async function github(url: string, body: string, delivery: string, key = SECRETS.GITHUB) {
  return post(url, body, {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': delivery,
    'x-hub-signature-256': await githubSignature(key, body),
  });
}

function slack(url: string, body: string, key = SECRETS.SLACK): Promise<Response> {
  const time = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', key).update(`v0:${time}:${body}`).digest('hex');
  return post(url, body, {
    'content-type': 'application/json',
    'x-slack-request-timestamp': time,
    'x-slack-signature': `v0=${signature}`,
  });
}

async function events(id: string): Promise<any[]> {
  return (await program.api('GET', `/events?webhook=${id}`)).events;
}

describe('what a sender’s own library signs is taken in, and nothing else', () => {
  test('GitHub', async () => {
    const { id, url } = await webhook('github', { secret: 'GITHUB' }, 'echo');
    const body = '{"ref":"refs/heads/main"}';
    expect((await github(url, body, 'one')).status).toBe(200);
    const signature = await githubSignature(SECRETS.GITHUB, body);
    const changed = await post(url, body.replace('main', 'mail'), {
      'x-github-event': 'push',
      'x-hub-signature-256': signature,
    });
    expect(changed.status).toBe(401);
    expect((await post(url, body, {})).status).toBe(401);
    expect((await events(id)).length).toBe(1);
  });

  test('Stripe', async () => {
    const { url } = await webhook('stripe', { secret: 'STRIPE' }, 'echo');
    const payload = '{"id":"evt_1","type":"invoice.paid"}';
    const sign = (secret: string, timestamp: number) =>
      new Stripe('sk_test_1').webhooks.generateTestHeaderString({ payload, secret, timestamp });
    const now = Math.floor(Date.now() / 1000);
    const take = (header: string) => post(url, payload, { 'stripe-signature': header });
    expect((await take(sign(SECRETS.STRIPE, now))).status).toBe(200);
    expect((await take(sign(SECRETS.STRIPE, now - 400))).status).toBe(401);
    expect((await take(sign('whsec_another', now))).status).toBe(401);
  });

  test('Standard Webhooks', async () => {
    const { url } = await webhook('standard-webhooks', { secret: 'STANDARD' }, 'echo');
    const body = '{"type":"contact.created"}';
    const now = new Date();
    const take = (signature: string) =>
      post(url, body, {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signature,
      });
    const signature = new StandardWebhook(SECRETS.STANDARD).sign('msg_1', now, body);
    expect((await take(signature)).status).toBe(200);
    const other = signature.replace(/,(.)/, (_, first) => (first === 'A' ? ',B' : ',A'));
    expect((await take(other)).status).toBe(401);
  });

  test('Slack, whose handshake is answered and starts nothing', async () => {
    const { id, url } = await webhook('slack', { secret: 'SLACK' }, 'echo');
    const handshake = await slack(url, '{"type":"url_verification","challenge":"abc"}');
    expect(handshake.status).toBe(200);
    expect(await handshake.text()).toContain('abc');
    expect(handshake.headers.get('x-hookwright-event')).toBeNull();
    expect(await events(id)).toEqual([]);
    const forged = await slack(url, '{"type":"url_verification","challenge":"abc"}', 'another');
    expect(forged.status).toBe(401);
    expect((await slack(url, '{"type":"event_callback","event_id":"Ev1"}')).status).toBe(200);
    expect((await events(id)).length).toBe(1);
  });

  test('a refused caller learns nothing, and the operator the reason', async () => {
    const { id, url } = await webhook('github', { secret: 'GITHUB' }, 'echo');
    const refused = await github(url, '{"a":1}', 'one', 'wrong');
    expect(refused.status).toBe(401);
    // Xero tries whether a webhook refuses, and takes that without a body alone.
    expect(await refused.text()).toBe('');
    const [line] = await eventually(
      () => program.log('refused').filter((one) => one.webhook === id),
      (lines) => lines.length > 0,
    );
    expect(line).toMatchObject({ source: 'github', code: 'proof.mismatch' });
    expect(program.output).not.toContain(SECRETS.GITHUB);
  });

  test('without its secret nothing is taken in; with it, and while it is changed, everything is', async () => {
    const made = await program.api('POST', '/webhooks', {
      source: { preset: 'github', secrets: { secret: 'LATER' } },
      bindings: [{ automation: 'echo' }],
    });
    expect(made.warnings).toEqual([expect.stringContaining('hookwright secret set LATER')]);
    expect((await github(made.url, '{}', '1', 'guess')).status).toBe(401);
    await program.api('PUT', '/secrets/LATER', { value: 'first' });
    expect((await github(made.url, '{}', '2', 'first')).status).toBe(200);
    await program.api('PUT', '/secrets/LATER', { value: 'second', keep_previous: '1h' });
    expect((await github(made.url, '{}', '3', 'first')).status).toBe(200);
    expect((await github(made.url, '{}', '4', 'second')).status).toBe(200);
    await program.api('PUT', '/secrets/LATER', { value: 'third' });
    expect((await github(made.url, '{}', '5', 'second')).status).toBe(401);
    expect((await program.api('GET', `/webhooks/${made.id}`)).warnings).toBeUndefined();
  });
});

describe('a request that comes again', () => {
  test('runs once, however many come at once, and gets the answer of the first', async () => {
    const { id, url } = await webhook('github', { secret: 'GITHUB' }, 'count');
    const all = await Promise.all(Array.from({ length: 20 }, () => github(url, '{}', 'same')));
    expect(all.map(({ status }) => status).every((status) => status < 300)).toBe(true);
    const [event, ...others] = await eventually(
      () => events(id),
      ([one]) => one?.status === 'done',
    );
    expect(others).toEqual([]);
    expect(event.runs.length).toBe(1);
    expect((await program.api('GET', `/events/${event.id}`)).duplicates.count).toBe(19);
    // Every answer names the one event that is stored.
    const named = new Set(all.map(({ headers }) => headers.get('x-hookwright-event')));
    expect([...named]).toEqual([event.id]);
    const later = await github(url, '{}', 'same');
    expect(later.headers.get('x-hookwright-event')).toBe(event.id);
    expect(await later.text()).toBe('{"count":1}');
    expect(await (await github(url, '{}', 'other')).text()).toBe('{"count":2}');
  });

  test('is acknowledged while the first still runs', async () => {
    const { id, url } = await webhook('slack', { secret: 'SLACK' }, 'slow');
    const first = slack(url, '{"type":"event_callback","event_id":"Ev9"}');
    await eventually(
      () => events(id),
      (list) => list.length === 1,
    );
    const second = await slack(url, '{"type":"event_callback","event_id":"Ev9"}');
    expect(second.status).toBeLessThan(300);
    const [{ id: event }] = await events(id);
    expect(second.headers.get('x-hookwright-event')).toBe(event);
    // Within the three seconds that Slack waits.
    expect((await first).status).toBeLessThan(300);
    expect((await events(id)).length).toBe(1);
  });
});

describe('settings', () => {
  test('an unknown source, a missing secret and an unknown role are told', async () => {
    const make = async (source: object) =>
      (await program.fetchApi('POST', '/webhooks', { source })).json() as Promise<any>;
    expect((await make({ preset: 'githup' })).error).toMatchObject({
      code: 'webhook.invalid',
      message: expect.stringContaining('Did you mean "github"?'),
    });
    expect((await make({ preset: 'meta', secrets: { secrets: 'A' } })).error.message).toMatch(
      /got one for "secrets".*secret for secret .*verify_token/s,
    );
  });

  test('what allow lists would keep from a sender is told', async () => {
    const SECRETS_OF = {
      meta: { secret: 'GITHUB', verify_token: 'SLACK' },
      woocommerce: { secret: 'GITHUB' },
      'aws-sns': { topic: 'SLACK' },
    };
    const warnings = async (preset: keyof typeof SECRETS_OF, settings: object) => {
      const source = { preset, secrets: SECRETS_OF[preset] };
      return (await program.api('POST', '/webhooks', { source, ...settings })).warnings;
    };
    const json = { content_types: ['application/json'] };
    expect(await warnings('meta', { methods: ['POST'], ...json })).toEqual([
      'The handshake subscribe of meta comes as GET, which `methods` does not take.',
    ]);
    expect(await warnings('meta', { methods: ['GET', 'POST'] })).toBeUndefined();
    expect(await warnings('woocommerce', json)).toEqual([
      'The handshake ping of woocommerce comes as application/x-www-form-urlencoded, which `content_types` does not take.',
    ]);
    expect(await warnings('aws-sns', json)).toEqual([
      'aws-sns sends bodies of text/plain; charset=UTF-8, which `content_types` does not take.',
    ]);
  });

  test('the command line names a source and its secret', async () => {
    const made = await commandLine(program.dir, [
      ...['webhook', 'create', 'chat', '--source', 'discord', '--secret', 'DISCORD_KEY', '--json'],
    ]);
    expect(JSON.parse(made.out)).toMatchObject({
      source: { preset: 'discord', secrets: { public_key: 'DISCORD_KEY' } },
      warnings: [expect.stringContaining('DISCORD_KEY')],
    });
    const shown = await commandLine(program.dir, ['webhook', 'show', 'chat']);
    expect(shown.out).toContain('discord, proven by public_key DISCORD_KEY');
  });
});

describe('the operator', () => {
  test('lists refusals, and has the doctor say what would explain one', async () => {
    const { url, name, id } = await webhook('github', { secret: 'GITHUB' }, 'echo');
    const body = '{"ref":"main"}';
    const headers = { 'x-hub-signature-256': await githubSignature(SECRETS.GITHUB, `${body}\n`) };
    expect((await post(url, body, headers)).status).toBe(401);
    const { refusals } = await eventually(
      () => program.api('GET', `/webhooks/${id}/refusals`),
      (found) => found.refusals.length === 1,
    );
    expect(refusals[0]).toMatchObject({ source: 'github', code: 'proof.mismatch', body_size: 14 });
    const listed = await commandLine(program.dir, ['webhook', 'refusals', name]);
    expect(listed.out).toContain(refusals[0].id);
    const told = await commandLine(program.dir, ['event', 'diagnose', refusals[0].id]);
    expect(told.out).toMatch(/does not pass.*line/is);
    expect(told.out + listed.out).not.toContain(SECRETS.GITHUB);
    const taken = await github(url, body, 'one');
    const event = taken.headers.get('x-hookwright-event') as string;
    const { out } = await commandLine(program.dir, ['event', 'diagnose', event]);
    expect(out).toContain('It passes');
  });

  test('finds that the sender still signs with a secret that was changed', async () => {
    const { url, id } = await webhook('github', { secret: 'CHANGED' });
    await program.api('PUT', '/secrets/CHANGED', { value: 'first' });
    await program.api('PUT', '/secrets/CHANGED', { value: 'second', keep_previous: '1ms' });
    expect(
      (
        await eventually(
          () => github(url, '{}', '1', 'first'),
          ({ status }) => status === 401,
        )
      ).status,
    ).toBe(401);
    const { refusals } = await eventually(
      () => program.api('GET', `/webhooks/${id}/refusals`),
      (found) => found.refusals.length > 0,
    );
    const diagnosis = await program.api('GET', `/refusals/${refusals[0].id}/diagnosis`);
    expect(diagnosis.findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnosis)).not.toMatch(/"(first|second)"/);
  });

  test('tries a webhook without its sender, and is told no secret', async () => {
    writeFileSync(join(program.dir, 'push.json'), '{"ref":"refs/heads/main"}');
    for (const [preset, secret, event] of [
      ['github', 'GITHUB', 'push'],
      ['stripe', 'STRIPE', 'invoice.paid'],
      ['slack', 'SLACK', 'message'],
      ['gitlab', 'GITHUB', 'Push Hook'],
      ['standard-webhooks', 'STANDARD', 'contact.created'],
    ] as const) {
      const { name, id } = await webhook(preset, { secret }, 'echo');
      const sent = await commandLine(program.dir, [
        ...['webhook', 'send', name, '--event', event, '--file', 'push.json'],
      ]);
      expect(sent, preset).toMatchObject({ code: 0, out: expect.stringContaining('200 OK') });
      expect(sent.out).not.toContain(SECRETS[secret]);
      expect((await events(id)).length).toBe(1);
    }
    const { name } = await webhook('github', { secret: 'NOT_STORED' });
    const failed = await commandLine(program.dir, ['webhook', 'send', name]);
    expect(failed.code).toBe(2);
    expect(failed.err).toContain('secret');
  });

  test('is told what a webhook did not take', async () => {
    const { name } = await webhook('slack', { secret: 'SLACK' });
    const sent = await commandLine(program.dir, ['webhook', 'send', name, '--source', 'github']);
    expect(sent).toMatchObject({ code: 8, out: expect.stringContaining('401 Unauthorized') });
    expect(sent.err).toContain('webhook refusals');
  });

  test('tries a sender that signs with a private key by one of their own', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    await program.api('PUT', '/secrets/DISCORD', { value: raw.toString('hex') });
    const { name } = await webhook('discord', { public_key: 'DISCORD' }, 'echo');
    const failed = await commandLine(program.dir, ['webhook', 'send', name]);
    expect(failed).toMatchObject({
      code: 2,
      err: expect.stringContaining('store the private key'),
    });
    await program.api('PUT', '/secrets/DISCORD', { value: pem });
    const sent = await commandLine(program.dir, ['webhook', 'send', name]);
    expect(sent).toMatchObject({ code: 0, out: expect.stringContaining('{"ok":true}') });
    expect(sent.out).not.toContain(pem.split('\n')[1]);
  });

  test('changes only the secret, which needs no role where there is one', async () => {
    const { name } = await webhook('discord', { public_key: 'GITHUB' });
    const edit = (...args: string[]) =>
      commandLine(program.dir, ['webhook', 'edit', name, ...args, '--json']);
    const { source } = JSON.parse((await edit('--secret', 'SLACK')).out);
    expect(source).toEqual({ preset: 'discord', secrets: { public_key: 'SLACK' } });
    await edit('--source', 'meta', '--secret', 'SLACK', '--secret', 'verify_token=GITHUB');
    expect(JSON.parse((await edit('--secret', 'verify_token=STRIPE')).out).source).toEqual({
      preset: 'meta',
      secrets: { secret: 'SLACK', verify_token: 'STRIPE' },
    });
    await edit('--unset', 'source');
    expect(await edit('--secret', 'SLACK')).toMatchObject({
      code: 2,
      err: expect.stringContaining('source beside --secret'),
    });
  });

  test('sees which sources there are, and what one asks for', async () => {
    const list = await commandLine(program.dir, ['source', 'list']);
    expect(list.out).toMatch(/^stripe +secret +Stripe events/m);
    const shown = await commandLine(program.dir, ['source', 'show', 'meta']);
    expect(shown.out).toContain('--secret secret=NAME --secret verify_token=NAME');
    const twilio = await commandLine(program.dir, ['source', 'show', 'twilio']);
    expect(twilio.out).toMatch(/^url +is signed: HOOKWRIGHT_PUBLIC_URL/m);
    expect(twilio.out).toMatch(/^answer +200 <Response\/> where no run answers/m);
    // Of two ways to prove it, one is enough.
    const standard = await commandLine(program.dir, ['source', 'show', 'standard-webhooks']);
    expect(standard.out).toMatch(/--source standard-webhooks --secret secret=NAME$/m);
    const wrong = await commandLine(program.dir, ['source', 'show', 'stripes']);
    expect(wrong.code).toBe(5);
    expect(wrong.err).toContain('Did you mean "stripe"?');
  });

  test('adds a sender with a file in the folder of sources', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hookwright-sources-'));
    writeFileSync(
      join(dir, 'acme.yaml'),
      'source: acme\ndescription: Acme\nkeys: { secret: The key }\nverify: { token: { header: X-Key } }\n',
    );
    writeFileSync(join(dir, 'broken.yaml'), 'source: broken\nverify: { bearrer: {} }\nid: x\n');
    await using own = await Program.start({ automations, env: { HOOKWRIGHT_SOURCES_DIR: dir } });
    const broken = await commandLine(own.dir, ['source', 'show', 'broken']);
    expect(broken.code).toBe(3);
    expect(broken.err).toMatch(/broken\.yaml:2:11: .*Did you mean "bearer"\?/);
    expect(broken.err).toMatch(/broken\.yaml:3:5: Expected a place or `body`, got `x`\./);
    await own.api('PUT', '/secrets/ACME', { value: 'open sesame' });
    const source = { preset: 'acme', secrets: { secret: 'ACME' } };
    const { url } = await own.api('POST', '/webhooks', { source });
    expect((await post(url, '', { 'x-key': 'open sesame' })).status).toBe(202);
    expect((await post(url, '', { 'x-key': 'open' })).status).toBe(401);
    rmSync(dir, { recursive: true });
  });
});
