import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { commandLine, eventually, Program } from './program.ts';

/** Escaped differently everywhere; its core is the same in most. */
const CORE = 'Zq7vPl4inCore9';
const VALUE = `${CORE}"/+&=%é<'>:`;
const LATER = 'anotherValueOfTheSameSecret';

interface Received {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** A server that remembers what it is sent, and echoes it in every form. */
async function echoServer(
  redirect?: (request: Received) => string | undefined,
): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { url = '', headers } = incoming;
    const request = { url, headers, body: Buffer.concat(chunks).toString() };
    received.push(request);
    const location = redirect?.(request);
    if (location !== undefined) {
      outgoing.writeHead(307, { location }).end();
      return;
    }
    const all = JSON.stringify(request);
    outgoing.setHeader('x-echo', encodeURIComponent(headers.authorization ?? ''));
    outgoing.setHeader(
      'x-key',
      Buffer.from(String(headers['x-key'] ?? ''), 'latin1').toString('latin1'),
    );
    if (url.startsWith('/fail')) outgoing.statusCode = 400;
    outgoing.end(
      [
        all,
        request.body,
        encodeURIComponent(all),
        Buffer.from(all).toString('base64'),
        Buffer.from(`x${all}`).toString('base64url'),
        Buffer.from(`xy${request.body}`).toString('hex'),
        all
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;'),
      ].join('\n'),
    );
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port, received };
}

/** Every form of the core that would give it away. */
function formsOf(core: string): string[] {
  const bytes = Buffer.from(core);
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const hex = bytes.toString('hex');
  return [core, ...base64, hex, hex.toUpperCase(), [...core].reverse().join('')];
}

function expectNothing(where: string, bytes: Buffer | string): void {
  const text = typeof bytes === 'string' ? bytes : bytes.toString('latin1');
  for (const form of formsOf(CORE)) {
    const at = text.indexOf(form);
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 80), at + 80), `${where}: ${form}`).toBe('');
  }
}

/** The values cannot be read: what is replayed so needs the recording alone. */
const OTHER_KEY = {
  env: { HOOKWRIGHT_DATA_DIR: 'elsewhere', HOOKWRIGHT_SECRET_KEY: 'ab'.repeat(32) },
};
const ENV = { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.1', HOOKWRIGHT_LOG_LEVEL: 'debug' };

function leaks(bound: number, unbound: number): string {
  return `automation: leak
policy:
  http: ["http://127.0.0.1:${bound}/**", "http://127.0.0.1:${unbound}/**"]
  state: [leak/*]
  hooks: [leak.*]
  secrets: [KEY]
steps:
  - set: { key: "\${{ secrets.KEY }}" }
  - log: \${{ key }} \${{ Base64.encode(key) }} \${{ Hex.encode(key) }} \${{ encodeURIComponent(key) }}
  - log: \${{ key.split('').reverse().join('') }} \${{ JSON.stringify({ key }) }}
  - state: { set: leak/key, value: { key: "\${{ key }}" } }
  - emit: { topic: leak.key, data: "\${{ key }}" }
  - http:
      method: POST
      url: http://127.0.0.1:${bound}/echo/\${{ key }}?k=\${{ key }}
      headers: { x-key: "\${{ key }}" }
      auth: { basic: { user: shop, password: "\${{ key }}" } }
      json: { key: "\${{ key }}", text: "a \${{ key }} b" }
    as: echo
  - http: { method: POST, url: "http://127.0.0.1:${bound}/form", form: { k: "\${{ key }}" } }
    as: form
  - http:
      method: POST
      url: http://127.0.0.1:${bound}/bearer
      auth: { bearer: "\${{ key }}" }
      base64: \${{ Base64.encode('raw ' + key) }}
    as: raw
  - log: \${{ echo.body }} \${{ echo.headers }} \${{ form.body }} \${{ raw.body }}
  - log: \${{ Base64.encode(echo.bytes) }}
  - run: |
      const failures = [];
      const tries = [
        { url: 'http://127.0.0.1:${unbound}/', headers: { x: key } },
        { url: 'http://127.0.0.1:${unbound}/' + key },
        { method: 'POST', url: 'http://127.0.0.1:${unbound}/', text: key },
        { method: 'POST', url: 'http://127.0.0.1:${bound}/redirect', json: { key } },
        { method: 'POST', url: 'http://127.0.0.1:${bound}/location?k=' + key, text: '' },
        { url: 'http://127.0.0.1:${bound}/fail?k=' + key },
        { url: 'http://' + key + '.example.com/' },
      ];
      for (const request of tries) {
        try { await http(request); failures.push('none') } catch (error) {
          failures.push(error.message);
        }
      }
      return failures;
    as: tried
  - log: \${{ tried }}
  - return:
      headers: { x-key: "\${{ key }}" }
      json: { key: "\${{ key }}", tried: "\${{ tried }}", echo: "\${{ echo.body }}", hash: "\${{ Hmac.sha256(key, 'data') }}" }
`;
}

test('a run that tries to leak a secret by every way leaves nothing of it anywhere', async () => {
  const unbound = await echoServer();
  const bound = await echoServer(({ url }) => {
    if (url.startsWith('/redirect')) return `http://127.0.0.1:${unbound.port}/stolen`;
    if (url.startsWith('/location')) return `http://127.0.0.1:${unbound.port}${url}`;
    return undefined;
  });
  const hosts = [`127.0.0.1:${bound.port}`];
  const automations = {
    'leak.yaml': leaks(bound.port, unbound.port),
    'fail.yaml':
      'automation: fail\npolicy: { secrets: [KEY] }\nsteps:\n  - fail: ${{ secrets.KEY }} is it\n',
    'throw.yaml':
      'automation: throw\npolicy: { secrets: [KEY] }\nsteps:\n  - set: { a: "${{ null[secrets.KEY] }}" }\n',
  };
  await using program = await Program.start({ automations, env: ENV });
  const set = await program.fetchApi('PUT', '/secrets/KEY', { value: VALUE, hosts });
  expectNothing('answer of PUT', await set.text());

  const answers: string[] = [];
  for (const name of ['leak', 'fail', 'throw']) {
    const answer = await fetch(await program.webhook(name), { method: 'POST', body: '{}' });
    expect([name, answer.status]).toEqual([name, name === 'leak' ? 200 : 500]);
    answers.push(`${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  }
  const [leaked = ''] = answers;
  for (const [index, answer] of answers.entries()) expectNothing(`answer ${index}`, answer);
  const hash = createHmac('sha256', VALUE).update('data').digest('hex');
  expect(leaked).toContain(`"hash":"${hash}"`);

  // What was meant to be sent was sent, as each place needs it.
  const [echo, form, raw] = bound.received;
  const parsed = JSON.parse(echo?.body ?? '{}');
  expect(parsed).toEqual({ key: VALUE, text: `a ${VALUE} b` });
  const url = new URL(echo?.url ?? '', 'http://a.example');
  expect([url.searchParams.get('k'), decodeURIComponent(url.pathname)]).toEqual([
    VALUE,
    `/echo/${VALUE}`,
  ]);
  expect(Buffer.from(String(echo?.headers['x-key']), 'latin1').toString('latin1')).toBe(VALUE);
  const basic = Buffer.from(echo?.headers.authorization?.slice('Basic '.length) ?? '', 'base64');
  expect(basic.toString()).toBe(`shop:${VALUE}`);
  expect(new URLSearchParams(form?.body).get('k')).toBe(VALUE);
  expect([raw?.headers.authorization, raw?.body]).toEqual([`Bearer ${VALUE}`, `raw ${VALUE}`]);

  // What was not meant to be sent was not.
  expect(unbound.received).toEqual([]);
  const tried = JSON.parse(leaked.slice(leaked.indexOf('{"key"'))).tried as string[];
  const refusal = `Expected a host that the secret \`KEY\` is bound to, got 127.0.0.1:${unbound.port}.`;
  for (const message of tried.slice(0, 5)) expect(message).toContain(refusal);
  expect(tried[5]).toBe(`Expected a status of 2xx from 127.0.0.1:${bound.port}, got 400.`);
  expect(tried[6]).toContain('Expected a target that the policy allows');

  const { runs } = await program.api('GET', '/runs');
  for (const { id } of runs as { id: string }[]) {
    expectNothing('run', JSON.stringify(await program.api('GET', `/runs/${id}`)));
    const recording = JSON.stringify(await program.api('GET', `/runs/${id}/recording`));
    expectNothing('recording', recording);
    writeFileSync(join(program.dir, `${id}.json`), recording);
  }
  const { id } = runs.at(-1);
  const [shown, replayed] = await Promise.all([
    commandLine(program.dir, ['run', 'show', id]),
    commandLine(program.dir, ['run', 'replay', `${id}.json`], OTHER_KEY),
  ]);
  expect([shown.code, replayed.code, replayed.err]).toEqual([0, 0, '']);
  expectNothing('command line', shown.out + shown.err + replayed.out);
  expectNothing('events', JSON.stringify(await program.api('GET', '/events')));
  const data = join(program.dir, 'data');
  const whileServing = readdirSync(data);
  expect(whileServing).toEqual(expect.arrayContaining(['hookwright.db', 'hookwright.db-wal']));
  for (const name of whileServing) expectNothing(name, readFileSync(join(data, name)));
  await program.stop();
  for (const name of readdirSync(data)) expectNothing(name, readFileSync(join(data, name)));
  expectNothing('standard output', program.output);
  expectNothing('standard error', program.errors);
});

const CRASH = (port: number): string => `automation: sign
policy: { http: ["POST http://127.0.0.1:${port}/"], secrets: [KEY] }
steps:
  - set: { signature: "\${{ Hmac.sha256(secrets.KEY, request.body) }}" }
  - respond: { status: 200, text: "\${{ signature }}" }
  - wait: 1s
  - http: { method: POST, url: "http://127.0.0.1:${port}/", json: { signature: "\${{ signature }}" } }
  - log: \${{ signature }} \${{ safeEqual(secrets.KEY, '${LATER}') }}
`;
const PURE = `automation: pure
policy: { secrets: [KEY] }
steps:
  - return: { text: "\${{ Hash.sha256(secrets.KEY) }}" }
`;

test('what runs computed of a secret is on disk before it leaves, and stays when the secret changes', async () => {
  const receiver = await echoServer();
  const automations = { 'sign.yaml': CRASH(receiver.port), 'pure.yaml': PURE };
  await using first = await Program.start({ automations, env: ENV });
  await first.api('PUT', '/secrets/KEY', { value: VALUE });
  const send = async (name: string): Promise<string> =>
    (await fetch(await first.webhook(name), { method: 'POST', body: 'payload' })).text();
  const pure = await send('pure');
  const signature = createHmac('sha256', VALUE).update('payload').digest('hex');
  expect(await send('sign')).toBe(signature);
  await first.stop('SIGKILL');
  const changed = await commandLine(first.dir, ['secret', 'set', 'KEY'], { input: `${LATER}\n` });
  expect([changed.code, changed.err]).toEqual([0, '']);

  await using second = await Program.start({ dir: first.dir, env: ENV });
  const runs = async (): Promise<Record<string, any>[]> => (await second.api('GET', '/runs')).runs;
  const ended = await eventually(runs, (all) => all.every(({ status }) => status === 'succeeded'));
  expect(receiver.received.map(({ body }) => JSON.parse(body).signature)).toEqual([signature]);
  const [signed, answered] = await Promise.all(
    ended.map(({ id }) => second.api('GET', `/runs/${id}`)),
  );
  expect(signed?.logs[0].text).toBe(`${signature} true`);
  expect(answered?.answer.body.content).toBe(pure);
  const file = join(first.dir, 'recording.json');
  writeFileSync(file, JSON.stringify(await second.api('GET', `/runs/${signed?.id}/recording`)));
  const replayed = await commandLine(first.dir, ['run', 'replay', file], OTHER_KEY);
  expect([replayed.code, replayed.err]).toEqual([0, '']);
});

test('a secret that is not stored fails the step that uses it, and the run says what to do', async () => {
  const text =
    'automation: a\npolicy: { secrets: [NONE] }\nsteps:\n  - log: before\n  - log: ${{ secrets.NONE }}\n';
  await using program = await Program.start({ automations: { 'a.yaml': text } });
  const answer = await fetch(await program.webhook('a'));
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('NONE');
  const { runs } = await program.api('GET', '/runs');
  const run = await program.api('GET', `/runs/${runs[0].id}`);
  expect(run.failure).toMatchObject({
    message:
      'Expected a stored secret `NONE`, got none that can be read. Set it with `hookwright secret set NONE`',
    line: 5,
  });
});

test('a start with another key is refused, and commands tell which secrets need which', async () => {
  await using program = await Program.start();
  await program.api('PUT', '/secrets/KEY', { value: VALUE });
  await program.stop();
  const env = { HOOKWRIGHT_SECRET_KEY: Buffer.alloc(32, 1).toString('base64') };
  await expect(Program.start({ dir: program.dir, env })).rejects.toThrow(
    'expected the key under which secrets are stored, got another one; the secret KEY cannot be read.',
  );
  const list = await commandLine(program.dir, ['secret', 'list'], { env });
  expect(list.out).toContain('stored under another key');
});

test('a start with another key is refused where hooks alone are sealed, until each is rotated', async () => {
  await using program = await Program.start();
  await program.api('POST', '/hooks', { name: 'ware house', url: 'https://example.com/in' });
  await program.stop();
  const env = { HOOKWRIGHT_SECRET_KEY: Buffer.alloc(32, 1).toString('base64') };
  await expect(Program.start({ dir: program.dir, env })).rejects.toThrow(
    'got another one; the hook "ware house" cannot be read.',
  );
  const rotated = await commandLine(program.dir, ['hook', 'rotate', 'ware house', '--json'], {
    env,
  });
  expect(rotated.code).toBe(0);
  await using again = await Program.start({ dir: program.dir, env });
  expect(await again.api('GET', '/hooks/ware%20house')).toMatchObject({ status: 'active' });
});
