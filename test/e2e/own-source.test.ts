import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine, eventually, Program } from './program.ts';

const automations = {
  'echo.yaml': 'automation: echo\nsteps:\n  - return: { json: { ran: true } }\n',
};
const SECRETS = {
  ACME: 'what Acme signs with',
  PARTNER: 'partner-token-1',
  GITHUB: 'what GitHub signs with',
};

/** What a file in the folder of sources would say, and the names of its secrets. */
const ACME = `name: acme
bindings: [{ automation: echo }]
source:
  description: Acme's orders
  verify:
    signature:
      header: X-Acme-Signature
      separator: ","
      prefix: "v1="
      algorithm: hmac-sha256
      encoding: hex
      content: "{timestamp}.{body}"
  timestamp: { header: X-Acme-Signature, separator: ",", prefix: "t=", unit: s, tolerance: 5m }
  id: { json: id }
  handshakes:
    - name: hello
      when: { json: type, equals: hello }
      signed: true
      answer: { text: { json: challenge } }
  acknowledge: { status: 200, type: text/plain, body: taken }
  secrets: { secret: ACME }
`;

let program: Program;

beforeAll(async () => {
  program = await Program.start({ automations });
  for (const [name, value] of Object.entries(SECRETS)) {
    await program.api('PUT', `/secrets/${name}`, { value });
  }
  writeFileSync(join(program.dir, 'acme.yaml'), ACME);
  const args = ['webhook', 'create', '--file', 'acme.yaml', '--json'];
  expect((await commandLine(program.dir, args)).code).toBe(0);
});

afterAll(() => program[Symbol.asyncDispose]());

function acme(url: string, body: string, key = SECRETS.ACME, at = Date.now()): Promise<Response> {
  const time = Math.floor(at / 1000);
  const mac = createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
  const headers = { 'x-acme-signature': `t=${time},v1=${mac}` };
  return fetch(url, { method: 'POST', body, headers });
}

async function problems(source: object): Promise<string> {
  const response = await program.fetchApi('POST', '/webhooks', { source });
  expect(response.status).toBe(422);
  return ((await response.json()) as any).error.message;
}

test('a source in a webhook’s own file proves who calls, as a file of sources would', async () => {
  const { url, id } = await program.api('GET', '/webhooks/acme');
  const first = await acme(url, '{"id":"o-1"}');
  expect(await first.text()).toBe('{"ran":true}');
  const again = await acme(url, '{"id":"o-1"}');
  expect(again.headers.get('x-hookwright-event')).toBe(first.headers.get('x-hookwright-event'));
  expect(await (await acme(url, '{"type":"hello","challenge":"abc"}')).text()).toBe('abc');
  expect((await acme(url, '{}', 'guess')).status).toBe(401);
  expect((await acme(url, '{}', SECRETS.ACME, Date.now() - 400_000)).status).toBe(401);
  const { refusals } = await eventually(
    () => program.api('GET', `/webhooks/${id}/refusals`),
    (found) => found.refusals.length === 2,
  );
  expect(refusals.map(({ source, code }: any) => `${source} ${code}`).sort()).toEqual([
    'custom proof.mismatch',
    'custom time.old',
  ]);
});

test('is shown as it was given, is sent by, and asked by the doctor', async () => {
  const shown = await commandLine(program.dir, ['webhook', 'show', 'acme']);
  expect(shown.out).toMatch(
    /source +custom, with its own description, verify, timestamp, id, handshakes, acknowledge, proven by secret ACME/,
  );
  const json = await commandLine(program.dir, ['webhook', 'show', 'acme', '--json']);
  const { source } = JSON.parse(json.out);
  // What is shown can be given again.
  await program.api('PATCH', '/webhooks/acme', { source });
  expect((await program.api('GET', '/webhooks/acme')).source).toEqual(source);
  writeFileSync(join(program.dir, 'order.json'), '{"id":"o-2"}');
  const sent = await commandLine(program.dir, ['webhook', 'send', 'acme', '--file', 'order.json']);
  expect(sent.out).toContain('{"ran":true}');
  const { url } = await program.api('GET', '/webhooks/acme');
  const { headers } = await acme(url, '{"id":"o-3"}');
  const event = headers.get('x-hookwright-event') as string;
  expect((await commandLine(program.dir, ['event', 'diagnose', event])).out).toContain('It passes');
});

test('builds on one that is known: GitHub, and only from its addresses', async () => {
  const make = async (ip: string) =>
    program.api('POST', '/webhooks', {
      source: { preset: 'github', verify: { ip: [ip] }, secrets: { secret: 'GITHUB' } },
    });
  const body = '{"ref":"main"}';
  const mac = createHmac('sha256', SECRETS.GITHUB).update(body).digest('hex');
  const github = async (url: string, headers: Record<string, string>) =>
    (await fetch(url, { method: 'POST', body, headers })).status;
  const signed = { 'x-hub-signature-256': `sha256=${mac}` };
  const near = await make('127.0.0.0/8');
  expect(await github(near.url, signed)).toBe(202);
  expect(await github(near.url, {})).toBe(401);
  expect(await github((await make('192.30.252.0/22')).url, signed)).toBe(401);
  const shown = await commandLine(program.dir, ['webhook', 'show', near.name]);
  expect(shown.out).toContain('github, with its own verify, proven by secret GITHUB');
});

test('several proofs are required together, each by a secret of its role', async () => {
  const { url } = await program.api('POST', '/webhooks', {
    source: {
      verify: [{ bearer: { key: 'api_token' } }, { token: { query: 'key' } }],
      secrets: { api_token: 'PARTNER', secret: 'ACME' },
    },
  });
  const take = async (token: string, key: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const query = `?key=${encodeURIComponent(key)}`;
    return (await fetch(url + query, { method: 'POST', headers })).status;
  };
  expect(await take(SECRETS.PARTNER, SECRETS.ACME)).toBe(202);
  expect(await take(SECRETS.PARTNER, SECRETS.PARTNER)).toBe(401);
  expect(await take(SECRETS.ACME, SECRETS.ACME)).toBe(401);
});

test('a secret of a flag takes the place of the file’s', async () => {
  const made = await commandLine(program.dir, [
    ...['webhook', 'create', 'acme-too', '--file', 'acme.yaml', '--secret', 'PARTNER', '--json'],
  ]);
  const { url, source } = JSON.parse(made.out);
  expect(source.secrets).toEqual({ secret: 'PARTNER' });
  expect((await acme(url, '{"id":"o-1"}', SECRETS.PARTNER)).status).toBe(200);
  const alone = await commandLine(program.dir, ['webhook', 'create', 'x', '--secret', 'PARTNER']);
  expect(alone.code).toBe(2);
  expect(alone.err).toContain('expected a source beside --secret');
});

test('every mistake is told at once, with where it stands', async () => {
  const source = {
    verfy: {},
    secret: 'ACME',
    verify: { signature: { header: 'a header', algorithm: 'hmac-sha255' } },
    timestamp: { header: 'X-Time', unit: 'minutes' },
    handshakes: [{ name: 'hello', when: { json: 'a' }, answer: {} }],
  };
  const told = (await problems(source)).split('\n');
  expect(told).toEqual([
    expect.stringMatching(/^source\.verify\.signature\.header: Expected a header name/),
    expect.stringMatching(
      /^source\.verify\.signature\.algorithm: Expected .*got `hmac-sha255`\. Did you mean/,
    ),
    expect.stringMatching(/^source\.timestamp\.unit: Expected `s`, `ms` or `iso`/),
    expect.stringMatching(/^source\.handshakes\[0\]\.when: Expected one of/),
    expect.stringMatching(/^source\.handshakes\[0\]: Expected the key `signed`/),
    expect.stringMatching(/^source\.verfy: .* Did you mean "verify"\?$/),
    expect.stringMatching(/^source\.secret: .* Did you mean "secrets"\?$/),
  ]);
});

test.each([
  [{}, 'source: Expected `verify`, a `preset`, or `unsigned` with a reason, got none.'],
  [{ verify: { bearer: {} } }, 'Expected the name of a secret for secret, got none.'],
  [
    { verify: { digest: { header: 'X-Digest' } } },
    'source.verify: Expected a check that proves who calls, got only a digest, which anybody can make.',
  ],
  [
    { preset: 'githup', verify: { ip: ['nowhere'] } },
    /source\.preset: .*Did you mean "github"\?.*source\.verify\.ip: Expected ranges/s,
  ],
])('%j is refused', async (source, message) => {
  expect(await problems(source)).toMatch(message);
});

test('is there after a restart', async () => {
  const { url } = await program.api('GET', '/webhooks/acme');
  await program.stop();
  program = await Program.start({ dir: program.dir });
  const { pathname } = new URL(url);
  expect((await acme(program.url + pathname, '{"id":"o-9"}')).status).toBe(200);
  expect((await acme(program.url + pathname, '{"id":"o-9"}', 'guess')).status).toBe(401);
  expect(program.log('source.warning')).toEqual([]);
});

test('a time that anybody can write anew is told', async () => {
  const warnings = async (signature: object, timestamp: object) => {
    const verify = {
      signature: { header: 'X-Signature', algorithm: 'hmac-sha256', ...signature },
    };
    const source = { verify, timestamp, secrets: { secret: 'GITHUB' } };
    return (await program.api('POST', '/webhooks', { source })).warnings;
  };
  const time = { header: 'X-Time', unit: 's', tolerance: '5m' };
  expect(await warnings({}, time)).toEqual([
    expect.stringMatching(
      /^custom takes a request's age from the header X-Time, which no signature covers/,
    ),
  ]);
  expect(await warnings({ content: '{timestamp}.{body}' }, time)).toBeUndefined();
  expect(await warnings({}, { ...time, tolerance: undefined })).toBeUndefined();
  expect(await warnings({}, { json: 'time', unit: 's', tolerance: '5m' })).toBeUndefined();
});
