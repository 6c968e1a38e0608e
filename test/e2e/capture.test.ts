import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Program } from './program.ts';

const MIRROR = `automation: mirror
steps:
  - return:
      json:
        method: \${{ request.method }}
        path: \${{ request.path }}
        query: \${{ request.query }}
        params: \${{ request.params }}
        form: \${{ request.form }}
        files: \${{ request.files.map(({ field, name, type, size, text }) => ({ field, name, type, size, text })) }}
        headers: \${{ request.headers }}
        size: \${{ request.bytes.length }}
        ip: \${{ request.client.ip }}
`;
const JSON_ECHO = `automation: json.echo
steps:
  - return: { json: "\${{ request.json }}" }
`;

let program: Program;
let url: string;
let path: string;

beforeAll(async () => {
  program = await Program.start({
    automations: { 'mirror.yaml': MIRROR, 'json-echo.yaml': JSON_ECHO },
    env: { HOOKWRIGHT_TRUSTED_PROXIES: '127.0.0.1/32' },
  });
  url = await program.webhook('mirror');
  path = new URL(url).pathname;
});

afterAll(() => program[Symbol.asyncDispose]());

/** The event that an answer names, once its run is recorded. */
async function eventOf(response: Response): Promise<Record<string, any>> {
  const id = response.headers.get('x-hookwright-event');
  return eventually(
    () => program.api('GET', `/events/${id}`),
    ({ status }) => status !== 'pending',
  );
}

async function bodyOf(eventId: string): Promise<Buffer> {
  const response = await program.fetchApi('GET', `/events/${eventId}/body`);
  return Buffer.from(await response.arrayBuffer());
}

function eventIdIn(answer: string): string {
  return /x-hookwright-event: (\S+)/i.exec(answer)?.[1] ?? '';
}

describe('a request is stored as it was sent', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE', 'PROPFIND'])(
    'with method %s',
    async (method) => {
      const response = await fetch(`${url}/a/b?x=1`, { method });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ method, path: '/a/b', query: { x: '1' } });
      expect(await eventOf(response)).toMatchObject({
        method,
        path: '/a/b',
        query: 'x=1',
        status: 'done',
      });
    },
  );

  test('with HEAD, which gets an answer without a body', async () => {
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await eventOf(response)).toMatchObject({ method: 'HEAD' });
  });

  test('with repeated headers, in their order and case', async () => {
    const answer = await program.raw(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Tag: one\r\nx-tag: two\r\nX-OTHER: three\r\nX-Tag: one\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    const { headers } = await program.api('GET', `/events/${eventIdIn(answer)}`);
    expect(headers).toEqual([
      ['Host', 'x'],
      ['X-Tag', 'one'],
      ['x-tag', 'two'],
      ['X-OTHER', 'three'],
      ['X-Tag', 'one'],
      ['Content-Length', '0'],
      ['Connection', 'close'],
    ]);
    expect(answer).toContain('"x-tag":"one, two, one"');
  });

  test('with as many headers as fit, and the body that the last of them announces', async () => {
    const many = Array.from({ length: 2000 }, (_, n): [string, string] => [`X-${n}`, `${n}`]);
    const lines = many.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const answer = await program.raw(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\n${lines}X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello`,
    );
    const event = await program.api('GET', `/events/${eventIdIn(answer)}`);
    expect(event.headers).toEqual([
      ['Host', 'x'],
      ['X-Forwarded-For', '6.6.6.6'],
      ...many,
      ['X-Forwarded-For', '203.0.113.9'],
      ['Connection', 'close'],
      ['Content-Length', '5'],
    ]);
    expect(event.client_ip).toBe('203.0.113.9');
    expect((await bodyOf(eventIdIn(answer))).toString()).toBe('hello');
  });

  test('with the body of a GET', async () => {
    const answer = await program.raw(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`,
    );
    expect(answer).toContain('"size":5');
    expect((await bodyOf(eventIdIn(answer))).toString()).toBe('hello');
  });

  test('with dot segments, bad escapes and a backslash in the path', async () => {
    const odd = '/a/../b/./%2e%2e/c\\d//%zz';
    const answer = await program.raw(
      `GET ${path}${odd}?q=%zz&r=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(await program.api('GET', `/events/${eventIdIn(answer)}`)).toMatchObject({
      path: odd,
      query: 'q=%zz&r=1',
    });
  });

  test('in the absolute form and without a Host header', async () => {
    const absolute = await program.raw(
      `GET http://elsewhere${path}/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(absolute).toMatch(/^HTTP\/1.1 200/);
    expect(await program.raw(`GET ${path} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200/);
  });

  test('in chunks that arrive one by one', async () => {
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    const answer = await program.raw(head, '3\r\nabc\r\n', '2\r\nde\r\n', '0\r\n\r\n');
    expect((await bodyOf(eventIdIn(answer))).toString()).toBe('abcde');
  });

  test.each([
    ['empty', 0],
    ['every byte', 256],
    ['5 MB', 5 * 1024 * 1024],
  ])('with a body that is %s', async (_, size) => {
    const body =
      size === 256
        ? Uint8Array.from({ length: 256 }, (_, n) => n)
        : new Uint8Array(randomBytes(size));
    const response = await fetch(url, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ size });
    const stored = await bodyOf(response.headers.get('x-hookwright-event') ?? '');
    expect(digest(stored)).toBe(digest(body));
  });
});

describe('a run gets', () => {
  test('JSON of every kind, and null for an empty body', async () => {
    const echo = await program.webhook('json.echo');
    for (const value of [{ a: [1, 'é', null, { b: true }] }, [1, 2], 'text', 0, false, null]) {
      const response = await fetch(echo, { method: 'POST', body: JSON.stringify(value) });
      expect(await response.json()).toEqual(value);
    }
    expect(await (await fetch(echo)).json()).toBeNull();
  });

  test('a form’s fields, over the query of the same name', async () => {
    const body = new URLSearchParams([
      ['a', '1'],
      ['b', 'x y'],
      ['b', 'é'],
    ]);
    const response = await fetch(`${url}?a=0&c=3`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      query: { a: '0', c: '3' },
      form: { a: '1', b: ['x y', 'é'] },
      params: { a: '1', b: ['x y', 'é'], c: '3' },
    });
  });

  test('the fields and files of a multipart form', async () => {
    const body = new FormData();
    body.append('name', 'Joe');
    body.append('photo', new Blob(['pixels'], { type: 'image/png' }), 'me é.png');
    const response = await fetch(url, { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      form: { name: 'Joe' },
      files: [{ field: 'photo', name: 'me é.png', type: 'image/png', size: 6, text: 'pixels' }],
    });
  });

  test('the caller’s address behind a trusted proxy', async () => {
    const response = await fetch(url, { headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' } });
    expect(await response.clone().json()).toMatchObject({ ip: '203.0.113.9' });
    expect(await eventOf(response)).toMatchObject({ client_ip: '203.0.113.9' });
  });
});

test('the log has one line for each request and each run, and never the token', async () => {
  const response = await fetch(`${url}/logged`, { method: 'POST', body: 'x' });
  const event = response.headers.get('x-hookwright-event');
  await program.stop();
  const requests = program.log('request').filter((line) => line.event === event);
  const runs = program.log('run').filter((line) => line.event === event);
  expect(requests).toMatchObject([
    { level: 'info', method: 'POST', path: '/logged', status: 200, bytes: 1 },
  ]);
  expect(runs).toMatchObject([{ level: 'info', automation: 'mirror', status: 'succeeded' }]);
  expect(program.output.includes(path.split('/').at(-1) ?? '')).toBe(false);
});

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
