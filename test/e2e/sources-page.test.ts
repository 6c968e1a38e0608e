import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLine, eventually, newFolder, Program } from './program.ts';

const page = readFileSync('docs/sources.md', 'utf8');

/** The page's examples of a kind: the words after the fence. */
function examples(kind: string): readonly string[] {
  const fenced = page.matchAll(/^```([^\n]*)\n(.*?)^```$/gms);
  return [...fenced].flatMap(([, fence, text = '']) => (fence === kind ? [text] : []));
}

const commands = examples('sh').flatMap((text) => text.trim().split('\n'));
const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRETS = {
  GITHUB_SECRET: 'what GitHub signs with',
  META_APP: 'what Meta signs with',
  META_TOKEN: 'what Meta asks with',
  SHOPIFY_SECRET: 'what Shopify signs with',
  DEPLOY_KEY: 'what deploys sign with',
  STAGING_KEY: 'what staging signs with',
  ACME: 'what Acme signs with',
  API_KEY: 'an-api-key',
  API_TOKEN: 'an-api-token',
  PASSWORD: 'pass:word',
  ISSUER: issuer.publicKey.export({ type: 'spki', format: 'pem' }) as string,
};

let program: Program;

beforeAll(async () => {
  const dir = newFolder();
  mkdirSync(join(dir, 'own'));
  for (const text of examples('yaml')) {
    writeFileSync(join(dir, 'own', `${/^source: (\S+)$/m.exec(text)?.[1]}.yaml`), text);
  }
  for (const text of examples('yaml webhook')) {
    writeFileSync(join(dir, `${/^name: (\S+)$/m.exec(text)?.[1]}.yaml`), text);
  }
  writeFileSync(join(dir, 'push.json'), '{"ref":"refs/heads/main"}');
  program = await Program.start({
    dir,
    automations: { 'ci.yaml': 'automation: ci.build\nsteps:\n  - return: { text: built }\n' },
    env: { HOOKWRIGHT_SOURCES_DIR: 'own', HOOKWRIGHT_TRUSTED_PROXIES: '127.0.0.1' },
  });
  for (const [name, value] of Object.entries(SECRETS)) {
    await program.api('PUT', `/secrets/${name}`, { value });
  }
  await program.api('POST', '/webhooks', { name: 'orders' });
});

afterAll(() => program[Symbol.asyncDispose]());

interface Parts {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function sender(
  source: string,
  secrets: Readonly<Record<string, string>>,
): Promise<(parts: Parts) => Promise<Response>> {
  const made = await program.api('POST', '/webhooks', { source: { preset: source, secrets } });
  return senderTo(made.url);
}

function senderTo(url: string) {
  return ({ method = 'POST', query = '', headers = {}, body }: Parts) =>
    fetch(url + query, { method, headers, ...(body === undefined ? {} : { body }) });
}

function hmac(key: string, text: string, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHmac('sha256', key).update(text).digest(encoding);
}

test('the page has the examples that this file tries', () => {
  expect(examples('yaml').map((text) => /^source: (\S+)$/m.exec(text)?.[1])).toEqual([
    'acme',
    'partner',
    'github-addresses',
    'hello',
  ]);
  expect(examples('yaml webhook').map((text) => /^name: (\S+)$/m.exec(text)?.[1])).toEqual([
    'deploys',
    'builds',
  ]);
  expect(commands.length).toBe(10);
});

test('its commands work, word for word and in order', async () => {
  for (const line of commands) {
    const [name, ...args] = line.replace(/\s+#.*$/, '').split(' ');
    expect(name).toBe('hookwright');
    const input = args[0] === 'secret' ? SECRETS.GITHUB_SECRET : '';
    const { code, out, err } = await commandLine(program.dir, args, { input });
    expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
    if (args[1] === 'send') expect(out).toContain('200 OK');
  }
  const { webhooks } = await program.api('GET', '/webhooks');
  const sources = webhooks.map(({ name, source }: any) => [name, source?.preset, source?.secrets]);
  expect(sources).toEqual([
    ['code', 'github', { secret: 'GITHUB_SECRET' }],
    ['deploys', undefined, { secret: 'DEPLOY_KEY' }],
    ['orders', undefined, undefined],
    ['page', 'meta', { secret: 'META_APP', verify_token: 'META_TOKEN' }],
    ['staging', undefined, { secret: 'STAGING_KEY' }],
  ]);
});

describe('the sources that it shows', () => {
  test('acme: a list of signatures with a time, a handshake, an answer of its own', async () => {
    const send = await sender('acme', { secret: 'ACME' });
    const acme = (body: string, key: string = SECRETS.ACME, time = Date.now() / 1000) => {
      const t = Math.floor(time);
      const signature = `t=${t},v1=${'0'.repeat(64)},v1=${hmac(key, `${t}.${body}`)}`;
      return send({ headers: { 'x-acme-signature': signature }, body });
    };
    const body = '{"event":{"id":"e-1","type":"order.created"}}';
    const taken = await acme(body);
    expect(taken.status).toBe(200);
    expect(taken.headers.get('content-type')).toBe('application/json');
    expect(await taken.text()).toBe('{"ok":true}');
    const again = await acme(body);
    expect(again.headers.get('x-hookwright-event')).toBe(taken.headers.get('x-hookwright-event'));
    const challenge = await acme('{"type":"challenge","challenge":"abc"}');
    expect(await challenge.json()).toEqual({ challenge: 'abc' });
    expect((await acme(body, 'guess')).status).toBe(401);
    expect((await acme(body, SECRETS.ACME, Date.now() / 1000 - 400)).status).toBe(401);
  });

  test('partner: takes what has every proof, and nothing that lacks one', async () => {
    const send = await sender('partner', {
      ...{ secret: 'API_KEY', api_token: 'API_TOKEN', password: 'PASSWORD', issuer_key: 'ISSUER' },
    });
    const token = (audience: string) =>
      new SignJWT({ aud: audience, iss: 'https://login.example.com' })
        .setProtectedHeader({ alg: 'RS256' })
        .setExpirationTime('1m')
        .sign(issuer.privateKey);
    const body = '{"a":1}';
    const base = {
      'x-identity': await token('hookwright'),
      'x-forwarded-for': '192.0.2.7',
      'x-ssl-client-s-dn': 'CN=billing,O=Partner',
      'x-ssl-client-verify': 'SUCCESS',
      'x-content-digest': createHash('sha256').update(body).digest('base64'),
    };
    const all = { ...base, 'x-api-key': 'an-api-key' };
    const take = async (headers: Record<string, string>) => (await send({ headers, body })).status;
    expect(await take(all)).toBe(202);
    expect(await take({ ...base, authorization: 'Bearer an-api-token' })).toBe(202);
    const basic = Buffer.from('partner:pass:word').toString('base64');
    expect(await take({ ...base, authorization: `Basic ${basic}` })).toBe(202);
    for (const wrong of [
      { 'x-api-key': 'another' },
      { 'x-identity': await token('another') },
      { 'x-forwarded-for': '198.51.100.7' },
      { 'x-ssl-client-s-dn': 'CN=another,O=Partner' },
      { 'x-ssl-client-verify': 'FAILED' },
      { 'x-content-digest': createHash('sha256').digest('base64') },
    ]) {
      expect([wrong, await take({ ...all, ...wrong })]).toEqual([wrong, 401]);
    }
    for (const name of Object.keys(all)) {
      const { [name as keyof typeof all]: _, ...rest } = all;
      expect([name, await take(rest)]).toEqual([name, 401]);
    }
  });

  test('github-addresses: GitHub, and only from its addresses', async () => {
    const send = await sender('github-addresses', { secret: 'GITHUB_SECRET' });
    await fromGitHub(send);
  });

  test('hello: a handshake of one’s own', async () => {
    const send = await sender('hello', { secret: 'API_TOKEN', verify_token: 'API_KEY' });
    const get = (token: string) =>
      send({ method: 'GET', query: `?mode=subscribe&challenge=abc&verify_token=${token}` });
    const answer = await get('an-api-key');
    expect(await answer.text()).toBe('abc');
    expect(answer.headers.get('x-hookwright-event')).toBeNull();
    expect((await get('guess')).status).toBe(401);
    expect((await send({ headers: { authorization: 'Bearer an-api-token' } })).status).toBe(202);
  });
});

describe('the webhooks with a source of their own that it shows', () => {
  const create = async (file: string, name: string) => {
    const args = ['webhook', 'create', name, '--file', file, '--json'];
    return senderTo(JSON.parse((await commandLine(program.dir, args)).out).url);
  };

  test('deploys', async () => {
    const send = await create('deploys.yaml', 'deploys-too');
    const deploy = (key: string) => {
      const signature = hmac(key, 'release', 'base64');
      const headers = { 'x-deploy-signature': signature, 'x-deploy-id': '1' };
      return send({ headers, body: 'release' });
    };
    const first = await deploy('what deploys sign with');
    expect(first.status).toBe(202);
    // The duplicate is acknowledged as the first was.
    expect(await (await deploy('what deploys sign with')).text()).toBe(await first.text());
    expect((await deploy('guess')).status).toBe(401);
  });

  test('builds', async () => {
    await fromGitHub(await create('builds.yaml', 'builds'));
  });
});

async function fromGitHub(send: (parts: Parts) => Promise<Response>): Promise<void> {
  const body = '{"ref":"main"}';
  const signature = `sha256=${hmac(SECRETS.GITHUB_SECRET, body)}`;
  const take = async (ip: string, headers: Record<string, string>) =>
    (await send({ headers: { 'x-forwarded-for': ip, ...headers }, body })).status;
  const signed = { 'x-hub-signature-256': signature };
  expect(await take('140.82.112.7', signed)).toBe(202);
  expect(await take('198.51.100.7', signed)).toBe(401);
  expect(await take('140.82.112.7', {})).toBe(401);
}

test('a refusal is listed and explained, as the page says', async () => {
  const made = await program.api('POST', '/webhooks', {
    source: { preset: 'github', secrets: { secret: 'GITHUB_SECRET' } },
  });
  expect((await senderTo(made.url)({ body: '{}' })).status).toBe(401);
  const { refusals } = await eventually(
    () => program.api('GET', `/webhooks/${made.id}/refusals`),
    (found) => found.refusals.length === 1,
  );
  expect(page).toContain(refusals[0].reason);
});
