import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { execution, program } from '../executions.ts';
import { needs, START } from './journals.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

const run = (ask: string, before = '') =>
  sandbox.execute(
    execution(
      program(
        `const { http, state, wait, call, emit, hook } = $.effects; $.step = 0; ${before}
      try { return await ${ask} } catch (error) { return $.caught(error) }`,
        { async: true },
      ),
    ),
  );
/** The arguments that the host is asked with. */
const args = async (ask: string) => {
  const [request, ...others] = needs(await run(ask));
  expect([request?.number, request?.step, others]).toEqual([0, 0, []]);
  return [request?.kind, JSON.parse(request?.args ?? '') as unknown];
};
/** What the author catches. */
const refusal = async (ask: string, before?: string) => {
  const result = await run(ask, before);
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  const { code, message, status, step, line } = JSON.parse(result.value ?? '') as never;
  expect([code, status, step, line]).toEqual(['effect.invalid', null, 0, 10]);
  return message as string;
};

const HTTP = {
  method: 'GET',
  url: 'https://api.example.com/a',
  headers: [],
  expect: '2xx',
  timeoutMs: 15_000,
  attempts: 1,
  inDoubt: 'resend',
};

test('a url alone is a GET', async () => {
  expect(await args("http('https://api.example.com/a')")).toEqual(['http', HTTP]);
  expect(await args("http(new URL('/a', 'https://api.example.com'))")).toEqual(['http', HTTP]);
});

test('http takes method, headers, query, expect, timeout, retry and in_doubt', async () => {
  const request = `{ method: 'delete', url: 'https://api.example.com/a?x=1#part',
    headers: { Authorization: ' Bearer x ', 'X-List': ['a', 2, true], 'x-none': null },
    query: { q: 'a b', list: [1, 2], none: null }, expect: [200, '404'], timeout: '5s',
    retry: { attempts: 3, backoff: 'fixed' }, in_doubt: 'hold' }`;
  expect(await args(`http(${request})`)).toEqual([
    'http',
    {
      method: 'DELETE',
      url: 'https://api.example.com/a?x=1&q=a+b&list=1&list=2',
      headers: [
        ['authorization', 'Bearer x'],
        ['x-list', 'a'],
        ['x-list', '2'],
        ['x-list', 'true'],
      ],
      expect: [200, 404],
      timeoutMs: 5000,
      attempts: 3,
      backoff: 'fixed',
      inDoubt: 'hold',
    },
  ]);
});

test('each form of body has its content type, and makes a POST', async () => {
  const forms: Record<string, [type: string, body: object]> = {
    'json: { b: 1, a: "é" }': ['application/json', { body: '{"b":1,"a":"é"}' }],
    'json: undefined': ['application/json', { body: 'null' }],
    'form: { a: "1 2", b: [3, 4] }': [
      'application/x-www-form-urlencoded',
      { body: 'a=1+2&b=3&b=4' },
    ],
    'form: new URLSearchParams("a=1&a=2")': [
      'application/x-www-form-urlencoded',
      { body: 'a=1&a=2' },
    ],
    'form: new Map([["a", 1]])': ['application/x-www-form-urlencoded', { body: 'a=1' }],
    'text: "a\\0\\ud800"': ['text/plain; charset=utf-8', { body: 'a\0\ufffd' }],
    'text: ""': ['text/plain; charset=utf-8', { body: '' }],
    'body: 5': ['text/plain; charset=utf-8', { body: '5' }],
    'body: [1]': ['application/json', { body: '[1]' }],
    'body: new Uint8Array([0, 255, 7]).subarray(1)': [
      'application/octet-stream',
      { base64: '/wc=' },
    ],
    'base64: "_w c"': ['application/octet-stream', { base64: '/wc=' }],
  };
  for (const [form, [type, body]] of Object.entries(forms)) {
    expect([form, ...(await args(`http({ url: 'https://api.example.com/a', ${form} })`))]).toEqual([
      form,
      'http',
      { ...HTTP, method: 'POST', headers: [['content-type', type]], ...body },
    ]);
  }
  const own = `http({ url: 'https://api.example.com/a', headers: { 'Content-Type': 'a/b' }, json: 1 })`;
  expect((await args(own))[1]).toMatchObject({ headers: [['content-type', 'a/b']], body: '1' });
});

test('expect takes one status, any, or a list', async () => {
  for (const [written, expected] of [
    ["'any'", 'any'],
    ["'2xx'", '2xx'],
    ['404', [404]],
    ["'404'", [404]],
  ]) {
    const [, found] = await args(`http({ url: 'https://api.example.com/a', expect: ${written} })`);
    expect(found).toEqual({ ...HTTP, expect: expected });
  }
});

test('state, wait, call, emit and hook say what they want', async () => {
  const cases: Record<string, [string, unknown]> = {
    "state.get('orders/7', 1)": ['state', { op: 'get', key: 'orders/7' }],
    "state.set(7, { a: [1, null] }, { ttl: '30d' })": [
      'state',
      { op: 'set', key: '7', value: { a: [1, null] }, ttlMs: 30 * 86_400_000 },
    ],
    "state.set('k', null)": ['state', { op: 'set', key: 'k', value: null }],
    "state.delete('k')": ['state', { op: 'delete', key: 'k' }],
    "state.increment('k')": ['state', { op: 'increment', key: 'k', by: 1 }],
    "state.increment('k', -2.5, { ttl: 1500 })": [
      'state',
      { op: 'increment', key: 'k', by: -2.5, ttlMs: 1500 },
    ],
    "wait('5m')": ['wait', { until: START + 300_000 }],
    'wait(1500)': ['wait', { until: START + 1500 }],
    "wait({ until: '2026-01-03T00:00:00Z' })": ['wait', { until: Date.UTC(2026, 0, 3) }],
    'wait({ until: new Date(86400000) })': ['wait', { until: 86_400_000 }],
    "call('pricing.total')": ['call', { function: 'pricing.total', inputs: {} }],
    "call('pricing.total', { lines: [1] })": [
      'call',
      { function: 'pricing.total', inputs: { lines: [1] } },
    ],
    "emit('order.paid')": ['emit', { topic: 'order.paid', data: null }],
    "emit('order.paid', { id: 7 })": ['emit', { topic: 'order.paid', data: { id: 7 } }],
    "hook('warehouse', [1])": ['hook', { hook: 'warehouse', data: [1] }],
  };
  for (const [ask, expected] of Object.entries(cases)) {
    expect([ask, await args(ask)]).toEqual([ask, expected]);
  }
});

test('arguments that are wrong can be caught, and say what is wrong', async () => {
  const url = "url: 'https://a.example/'";
  const cases: Record<string, string> = {
    'http()': 'Expected a text as url of http, got nothing',
    'http({})': 'Expected a text as url of http, got nothing',
    "http('/a')": 'Expected a url of http such as https://api.example.com/orders, got "/a"',
    "http('ftp://a/')":
      'Expected a url of http that begins with http:// or https://, got "ftp://a/"',
    "http('https://u:p@a/')":
      'Expected a url of http without user name and password, got one with them. Send them in an authorization header',
    "http('https://a/' + 'x'.repeat(9000))":
      'Expected a url of http of at most 8192 characters, got 9010. Send long data in a body',
    [`http({ ${url}, header: {} })`]:
      'Expected method, url, headers, auth, query, json, form, text, body, base64, expect, timeout, retry, in_doubt for http, got "header". Did you mean "headers"?',
    [`http({ ${url}, method: 'FETCH' })`]:
      'Expected one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS as method of http, got "FETCH"',
    [`http({ ${url}, method: 'GET', json: 1 })`]:
      'Expected no body with GET, got json. Write another method',
    [`http({ ${url}, text: '', json: 1 })`]:
      'Expected one form of body in http, got both json and text',
    [`http({ ${url}, base64: '*' })`]: 'Expected base64 as base64 of http, got "*"',
    [`http({ ${url}, headers: { 'a b': 1 } })`]:
      'Expected a header name of letters, digits and hyphens in http, got "a b"',
    [`http({ ${url}, headers: { a: 'secret\\r\\nb: c' } })`]:
      'Expected one line of Latin-1 characters for the header a of http, got line breaks or other characters. Encode the value first',
    [`http({ ${url}, headers: { Host: 'b' } })`]:
      'Expected no host header in http, got one: the client sets it itself',
    [`http({ ${url}, headers: { a: {} } })`]:
      'Expected a text for "a" of headers of http, got an object',
    // Blanks around are taken off, and as many within take no longer than others.
    [`http({ ${url}, headers: { a: 'x' + ' '.repeat(300000) + 'x' } })`]:
      'Expected at most 32768 characters of headers in http, got 300003',
    [`http({ ${url}, headers: { a: 'x'.repeat(40000) } })`]:
      'Expected at most 32768 characters of headers in http, got 40001',
    [`http({ ${url}, expect: 'ok' })`]:
      'Expected 2xx, any, or statuses from 100 to 599 as expect of http, got "ok"',
    [`http({ ${url}, timeout: '10m' })`]: 'Expected at most 300s for timeout of http, got "10m"',
    [`http({ ${url}, timeout: 0 })`]: 'Expected a timeout of http over 0, got 0',
    [`http({ ${url}, retry: { attempts: 21 } })`]:
      'Expected a whole number from 1 to 20 for attempts of http, got 21',
    [`http({ ${url}, in_doubt: 'drop' })`]:
      'Expected resend or hold for in_doubt of http, got "drop"',
    [`http({ ${url}, json: 1n })`]:
      'Expected json that JSON can write, got one that it cannot: Do not know how to serialize a BigInt',
    [`http({ ${url}, text: 'x'.repeat(2 ** 20 - 100) })`]:
      'Expected at most 1MB for one effect, got more. Raise `limits.output` or send less',
    [`http({ ${url}, text: 'x'.repeat(2e6) })`]:
      'Expected arguments of an effect within `limits.output`, got longer ones. Raise it or send less',
    "state.get('')":
      'Expected a key of 1 to 512 characters without control characters for state.get, got ""',
    "state.get('a\\0b')":
      'Expected a key of 1 to 512 characters without control characters for state.get, got "a\\u0000b"',
    "state.set('k')": 'Expected a value for state.set, got nothing',
    "state.set('k', () => 1)": 'Expected a value that JSON can write, got a function',
    "state.set('k', 1, { ttl: 'soon' })":
      'Expected a duration such as 30s or 5m for ttl of state, got "soon"',
    "state.set('k', 1, 5)": 'Expected an object with ttl for options of state, got 5',
    "state.increment('k', NaN)": 'Expected a number to add for state.increment, got null',
    "wait('later')": 'Expected a duration such as 30s or 5m for wait, got "later"',
    'wait(-1)': 'Expected a duration such as 30s or 5m for wait, got -1',
    "wait('366d')": 'Expected at most 365d for wait, got "366d"',
    "wait({ until: 'later' })": 'Expected a date and time as until of wait, got "later"',
    "wait({ until: '2099-01-01' })":
      'Expected a time within 365 days as until of wait, got "2099-01-01"',
    "call('a b')": 'Expected the name of a function for call, got "a b"',
    "call('a', [1])": 'Expected inputs by name for call, got a list',
    "emit('a..b')": 'Expected a topic such as order.paid for emit, got "a..b"',
    "emit('a', Symbol())": 'Expected data that JSON can write, got a symbol',
    "state.delete('k'.repeat(513))": `Expected a key of 1 to 512 characters without control characters for state.delete, got "${'k'.repeat(60)}…"`,
    "state.increment('k', 1, { tll: 5 })":
      'Expected ttl for options of state, got "tll". Did you mean "ttl"?',
    'hook()': 'Expected the name of a hook for hook, got nothing',
  };
  for (const [ask, message] of Object.entries(cases)) {
    expect([ask, await refusal(ask)]).toEqual([ask, message]);
  }
  expect(await refusal("emit('a', loop)", 'const loop = []; loop.push(loop);')).toBe(
    'Expected data that JSON can write, got one that it cannot: circular reference',
  );
});

test('what an author does to JavaScript’s own functions lets nothing illegal through', async () => {
  const tampering = `
    RegExp.prototype.exec = RegExp.prototype.test = () => true;
    String.prototype.toLowerCase = String.prototype.includes = () => 'x';
    Array.prototype.find = Array.prototype.some = () => true;
    Object.keys = () => [];`;
  expect(
    await refusal("http({ url: 'https://a.example/', headers: { a: 'x\\ny: z' } })", tampering),
  ).toBe(
    'Expected one line of Latin-1 characters for the header a of http, got line breaks or other characters. Encode the value first',
  );
});

test('auth says who calls, once', async () => {
  const url = 'https://api.example.com/a';
  expect(await args(`http({ url: '${url}', auth: { bearer: 'token' } })`)).toEqual([
    'http',
    { ...HTTP, headers: [['authorization', 'Bearer token']] },
  ]);
  const basic = { user: 'shop', password: 'a:b' };
  expect(await args(`http({ url: '${url}', auth: { basic: ${JSON.stringify(basic)} } })`)).toEqual([
    'http',
    { ...HTTP, basic },
  ]);
  for (const [given, message] of [
    ['auth: {}', 'Expected bearer or basic for auth of http, got both or none'],
    [
      'auth: { basic: { user: "a:b" } }',
      'Expected a user without colon and no control characters for basic of http, got others',
    ],
    [
      'auth: { basic: {} }, headers: { Authorization: "x" }',
      'Expected one authorization for http, got auth beside another header',
    ],
    [
      'auth: { bearer: "x\\ny" }',
      'Expected one line of Latin-1 characters for the header authorization of http, got line breaks or other characters. Encode the value first',
    ],
  ] as const) {
    expect(await refusal(`http({ url: '${url}', ${given} })`)).toBe(message);
  }
});
