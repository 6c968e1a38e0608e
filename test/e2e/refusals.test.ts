import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Program } from './program.ts';

const AUTOMATIONS = {
  'ok.yaml': 'automation: ok\nsteps:\n  - return: { text: fine }\n',
  'reads-json.yaml':
    'automation: reads.json\nsteps:\n  - return: { json: "${{ request.json.id }}" }\n',
  'throws.yaml': 'automation: throws\nsteps:\n  - set:\n      x: ${{ request.json.a.b.c }}\n',
  'fails.yaml': 'automation: fails\nsteps:\n  - fail: { message: Out of tea, status: 418 }\n',
  'silent.yaml': 'automation: silent\nsteps:\n  - log: nothing to say\n',
};

let program: Program;
let ok: string;

beforeAll(async () => {
  program = await Program.start({
    automations: AUTOMATIONS,
    env: { HOOKWRIGHT_BODY_MAX: '1MB', HOOKWRIGHT_REQUESTS_MAX: '4' },
  });
  ok = await program.webhook('ok');
});

afterAll(() => program[Symbol.asyncDispose]());

async function answersStill(): Promise<void> {
  expect(await (await fetch(ok)).text()).toBe('fine');
}

describe('a request that cannot be taken', () => {
  test('an unknown token gets 404, and so does a paused webhook, byte for byte', async () => {
    const paused = await program.webhook('ok');
    const [webhook] = (await program.api('GET', '/webhooks')).webhooks.filter(
      ({ url }: { url: string }) => url === paused,
    );
    await program.api('PATCH', `/webhooks/${webhook.id}`, { paused: true });
    const answers = await Promise.all(
      [paused, `${program.url}/webhooks/${'0'.repeat(40)}`].map(async (url) => {
        const response = await fetch(url, { method: 'POST', body: 'x' });
        const { date: _, ...headers } = Object.fromEntries(response.headers);
        return { status: response.status, headers, body: await response.text() };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.status).toBe(404);
    await program.api('PATCH', `/webhooks/${webhook.id}`, { paused: false });
    expect((await fetch(paused)).status).toBe(200);
  });

  test('a body over the limit gets 413, announced or not', async () => {
    const path = new URL(ok).pathname;
    const announced = await program.raw(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n`,
      Buffer.alloc(1048577),
    );
    expect(announced).toMatch(/^HTTP\/1.1 413 /);
    expect(announced).toContain('"code":"request.body_too_large"');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const counted = await program.raw(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 17 }, () => chunk),
      '0\r\n\r\n',
    );
    expect(counted).toMatch(/^HTTP\/1.1 413 /);
    await answersStill();
  });

  test.each([
    ['noise', '\u0000\u0001\u0002 what\r\n\r\n'],
    ['a bad header', 'GET / HTTP/1.1\r\nHost: x\r\nbad header: x\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s gets 400', async (_, request) => {
    const answer = await program.raw(request);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"request.malformed"');
    await answersStill();
  });

  test('headers without end get 431', async () => {
    expect(
      await program.raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(70_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 431 /);
    await answersStill();
  });

  test('one too many at once gets 503 with Retry-After, and room is made again', async () => {
    const path = new URL(ok).pathname;
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
    const slow = await Promise.all(Array.from({ length: 4 }, () => begin(head)));
    const refused = await fetch(ok);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: { code: 'request.queue_full' } });
    const answers = await Promise.all(slow.map((finish) => finish('ab')));
    for (const answer of answers) expect(answer).toContain('HTTP/1.1 200 ');
    // Room is made when the runs are recorded, which is a moment after the answers.
    await eventually(
      () => fetch(ok),
      ({ status }) => status === 200,
    );
  });

  test('a caller that goes away in the middle leaves no event', async () => {
    const path = new URL(ok).pathname;
    const count = async (): Promise<number> =>
      (await program.api('GET', '/events?limit=200')).events.length;
    const before = await count();
    const socket = await connect(program.port);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`);
    socket.destroy();
    await answersStill();
    expect(await count()).toBe(before + 1);
  });
});

describe('a run that fails', () => {
  test('with an exception gets 500 with the run’s id and nothing of the script', async () => {
    const url = await program.webhook('throws');
    const response = await fetch(url, { method: 'POST', body: '{}' });
    const { error } = (await response.json()) as { error: Record<string, string> };
    expect(response.status).toBe(500);
    expect(error).toEqual({
      code: 'run.script_error',
      message: 'The automation failed. Its operator finds the reason under this run.',
      run: expect.stringMatching(/^run_/),
    });
    const event = await eventually(
      () => program.api('GET', `/events/${response.headers.get('x-hookwright-event')}`),
      ({ status }) => status === 'done',
    );
    expect(event.runs).toMatchObject([
      { id: error.run, status: 'failed', failure: { code: 'run.script_error', line: 4 } },
    ]);
    expect(event.runs[0].failure.message).toContain("'b' of undefined");
  });

  test('with `fail` gets the author’s status and message', async () => {
    const response = await fetch(await program.webhook('fails'));
    expect(response.status).toBe(418);
    expect(await response.json()).toMatchObject({
      error: { code: 'run.failed', message: 'Out of tea' },
    });
  });

  test('because the body is not JSON gets 400', async () => {
    const response = await fetch(await program.webhook('reads.json'), {
      method: 'POST',
      body: '{"id": ',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'request.json_invalid' } });
  });
});

test('a run that answers nothing gets 204, a webhook without bindings 202 with the event’s id', async () => {
  expect((await fetch(await program.webhook('silent'))).status).toBe(204);
  const response = await fetch(await program.webhook());
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ id: response.headers.get('x-hookwright-event') });
});

test('other paths get 404 as JSON, and health is told', async () => {
  const nothing = await fetch(`${program.url}/nothing/here`);
  expect(nothing.status).toBe(404);
  expect(await nothing.json()).toEqual({
    error: {
      code: 'request.not_found',
      message: 'Expected a path of this server, got GET /nothing/here.',
    },
  });
  expect(await (await fetch(`${program.url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${program.url}/api/v1/webhooks`)).status).toBe(401);
});

test('health is told to load balancers that send no host, as HAProxy does', async () => {
  const answer = await program.raw('GET /healthz HTTP/1.0\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer).toContain('{"status":"ok"}');
});

test.each([
  ['a host with a blank', 'GET /api/v1/server HTTP/1.1\r\nhost: a b\r\n'],
  ['a path with a backslash', 'GET /api\\v1/server HTTP/1.1\r\nhost: a\r\n'],
  ['no path', 'OPTIONS * HTTP/1.1\r\nhost: a\r\n'],
])('%s gets 400 in the shape of all errors', async (_, head) => {
  const answer = await program.raw(`${head}connection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(answer).toContain('"code":"request.malformed"');
});

async function connect(port: number): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends a request's head and waits until the server has begun with it; the rest is sent when called. */
async function begin(head: string): Promise<(rest: string) => Promise<string>> {
  const socket = await connect(program.port);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(head);
  await once(socket, 'data'); // 100 Continue
  return async (rest) => {
    socket.write(rest);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  };
}
