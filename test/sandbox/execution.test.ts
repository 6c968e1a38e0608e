import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunFailure } from '../../src/core/run.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { answered, execution, program, stable } from './executions.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

type Options = Parameters<typeof program>[1];
type Overrides = Parameters<typeof execution>[1];

const run = (body: string, options?: Options, overrides?: Overrides) =>
  sandbox.execute(execution(program(body, options), overrides));
const value = async (body: string, options?: Options, overrides?: Overrides) => {
  const result = await run(body, options, overrides);
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return JSON.parse(result.value ?? 'null') as unknown;
};
const failure = async (body: string, options?: Options, overrides?: Overrides) => {
  const result = await run(body, options, overrides);
  if (result.status !== 'failed') throw new Error(JSON.stringify(result));
  return result.failure;
};

test('a program answers, logs, and gives a value', async () => {
  const result = await run(
    `$.step = 0; $.log('warn', { order: request.json.order.id });
    $.step = 1; $.respond({ status: 201, headers: { 'x-list': ['a', 2] }, json: { ok: true } });
    return inputs.warehouse;`,
  );
  expect(stable(result)).toEqual({
    status: 'finished',
    answer: {
      status: 201,
      headers: [
        ['x-list', 'a'],
        ['x-list', '2'],
        ['content-type', 'application/json'],
      ],
      body: '{"ok":true}',
    },
    value: '"main"',
    logs: [{ level: 'warn', text: '{"order":7}', line: 10 }],
  });
});

test('an async program is awaited', async () => {
  const body = `const x = await Promise.all([1, Promise.resolve(2)]); await null; return x;`;
  expect(await value(body, { async: true })).toEqual([1, 2]);
});

test('a program that neither answers nor returns just ends', async () => {
  expect(stable(await run(''))).toEqual({ status: 'finished', logs: [] });
});

test('every member of the request, the webhook and the event is there', async () => {
  const all = await value(`return {
    method: request.method, path: request.path, url: request.url, headers: request.headers,
    header: [request.header('X-TWO'), request.header('none')], query: request.query,
    params: request.params, form: request.form, files: request.files, json: request.json,
    body: request.body, bytes: request.bytes.length, client: request.client,
    webhook, event, inputs };`);
  expect(all).toEqual({
    method: 'POST',
    path: '/orders/7',
    url: 'https://hooks.example/webhooks/token/orders/7?a=1&a=2&b=x%20y',
    headers: { 'content-type': 'application/json', 'x-two': '1, 2' },
    header: ['1, 2', null],
    query: { a: ['1', '2'], b: 'x y' },
    params: { a: ['1', '2'], b: 'x y' },
    form: {},
    files: [],
    json: { order: { id: 7, price: 9.5 } },
    body: '{"order":{"id":7,"price":9.5}}',
    bytes: 30,
    client: { ip: '203.0.113.7' },
    webhook: { id: 'wh_1', name: 'orders' },
    event: { id: 'evt_1', received_at: '2026-01-02T03:04:05.678Z' },
    inputs: { warehouse: 'main' },
  });
});

test('a body is the text that it is, NUL, other scripts and broken UTF-8 included', async () => {
  const texts = ['', 'a\0b', '\u{1f600} é', '\ufeffmarked'];
  for (const text of texts) {
    const result = await value('return request.body', {}, { request: { body: Buffer.from(text) } });
    expect(result).toBe(text.replace('\ufeff', ''));
  }
  const broken = { request: { body: Buffer.from([0x61, 0xff, 0x62]) } };
  expect(await value('return request.body', {}, broken)).toBe('a\ufffdb');
  expect(await value('return [...request.bytes]', {}, broken)).toEqual([0x61, 0xff, 0x62]);
});

test('files carry their text and bytes', async () => {
  const body = Buffer.from(
    '--B\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhé\0\r\n--B--\r\n',
  );
  const headers = '["content-type","multipart/form-data; boundary=B"]';
  const file = await value(
    'const [f] = request.files; return { ...f, text: f.text, bytes: [...f.bytes] }',
    {},
    { request: { body, headers } },
  );
  expect(file).toEqual({
    field: 'f',
    name: 'a.txt',
    type: 'application/octet-stream',
    size: 4,
    text: 'hé\0',
    bytes: [0x68, 0xc3, 0xa9, 0],
  });
});

test('an answer keeps any text and any bytes', async () => {
  const text = 'a\0b \u{1f600} "\\" \n \u2028';
  const json = JSON.stringify(text);
  expect(answered(await run(`$.finish({ text: ${json} })`))).toBe(`200 ${text}`);
  expect(answered(await run("$.finish({ text: 'a\\ud800b' })"))).toBe('200 a\ufffdb');
  const bytes = await run('$.finish({ body: new Uint8Array([9, 0, 255, 1]).subarray(1) })');
  expect(bytes.answer?.body).toEqual(new Uint8Array([0, 255, 1]));
  expect(bytes.answer?.headers).toEqual([['content-type', 'application/octet-stream']]);
  const decoded = await run("$.finish({ base64: 'AP8B', headers: { 'Content-Type': 'x/y' } })");
  expect(Buffer.from(decoded.answer?.body as Uint8Array)).toEqual(Buffer.from([0, 255, 1]));
  expect(decoded.answer?.headers).toEqual([['Content-Type', 'x/y']]);
});

test('each form of body has its own content type and status', async () => {
  const forms = {
    '{ json: undefined }': [200, 'application/json', 'null'],
    "{ text: 'x' }": [200, 'text/plain; charset=utf-8', 'x'],
    "{ html: '<p>' }": [200, 'text/html; charset=utf-8', '<p>'],
    "{ body: 'x' }": [200, 'text/plain; charset=utf-8', 'x'],
    '{ body: [1] }': [200, 'application/json', '[1]'],
    '{ body: 5 }': [200, 'text/plain; charset=utf-8', '5'],
    "{ status: '404', text: '' }": [404, 'text/plain; charset=utf-8', ''],
    '{ status: 200 }': [200, undefined, ''],
    '{}': [204, undefined, ''],
  };
  for (const [shape, expected] of Object.entries(forms)) {
    const { answer } = await run(`$.finish(${shape})`);
    expect([answer?.status, answer?.headers[0]?.[1], answer?.body]).toEqual(expected);
  }
  const redirect = await run("$.finish({ redirect: 'https://example.com/' })");
  expect(redirect.answer).toEqual({
    status: 302,
    headers: [['location', 'https://example.com/']],
    body: '',
  });
});

test('`return` after `respond` leaves the first answer, a second `respond` fails', async () => {
  expect(answered(await run('$.respond({ text: "1" }); $.finish({ text: "2" })'))).toBe('200 1');
  const second = await run('$.respond({ text: "1" }); $.step = 1; $.respond({ text: "2" })');
  expect(second.answer?.body).toBe('1');
  expect(second.status === 'failed' && second.failure).toEqual({
    code: 'run.answer_invalid',
    message:
      'Expected one answer of a run, got a second one. Use `return` to end a run that may have answered.',
    status: 500,
    step: 1,
    line: 20,
  });
});

test('an answer that cannot be sent fails with the step that shaped it', async () => {
  const cases: Record<string, string> = {
    '{ status: 700 }': 'Expected a whole number from 200 to 599 as status, got 700',
    "{ status: 'x' }": 'Expected a whole number from 200 to 599 as status, got "x"',
    "{ headers: { 'a b': 1 } }": 'Expected a header name of letters, digits and hyphens, got "a b"',
    "{ headers: { a: 'x\\r\\ny: z' } }":
      'Expected a value of one line and Latin-1 characters for the header a, got "x\\r\\ny: z"',
    "{ headers: { 'Content-Length': 5 } }":
      'Expected no Content-Length header in an answer, got one: the server sets it itself',
    '{ headers: { a: {} } }': 'Expected a text or number for the header "a", got an object',
    "{ headers: 'a: b' }": 'Expected headers as names with values, got a string',
    '{ text: {} }': 'Expected a text for text in an answer, got an object',
    "{ text: '', json: 1 }": 'Expected one form of body in an answer, got both json and text',
    "{ base64: '*' }": 'Expected base64 in an answer, got "*"',
    "{ status: 204, text: 'x' }": 'Expected no body in an answer with status 204, got one',
    null: 'Expected an answer with status, headers or a body, got null',
  };
  for (const [shape, message] of Object.entries(cases)) {
    const found = await failure(`$.step = 1; $.finish(${shape})`);
    expect(found).toEqual({
      code: 'run.answer_invalid',
      message,
      status: 500,
      step: 1,
      line: 20,
    });
  }
});

test('`fail` ends the run with its message and a valid status', async () => {
  const failed = (message: string, status: number): RunFailure => {
    return { code: 'run.failed', message, status, step: 1, line: 20 };
  };
  expect(await failure("$.step = 1; $.fail('No stock', 422)")).toEqual(failed('No stock', 422));
  expect(await failure("$.step = 1; $.fail({ a: 1 }, '409')")).toEqual(failed('{"a":1}', 409));
  expect(await failure('$.step = 1; $.fail()')).toEqual(failed('The automation failed', 500));
  expect(await failure("$.step = 1; $.fail('x', 200)")).toEqual(failed('x', 500));
});

test('an exception names its error, its step, and its own line where the source tells it', async () => {
  const body = '$.step = 0;\n\nnull.name;';
  expect(await failure(body)).toEqual({
    code: 'run.script_error',
    message: "TypeError: cannot read property 'name' of null",
    status: 500,
    step: 0,
    line: 10,
  });
  const lines = [0, 10, 11, 12, 0];
  expect((await failure(body, { lines })).line).toBe(12);
  expect((await failure(`${body}\n//`, { lines, async: true })).line).toBe(12);
  expect((await failure('const x = {; }')).message).toMatch(/^SyntaxError: /);
});

test('`caught` tells a `catch` what happened', async () => {
  const body = (code: string) =>
    `$.step = 1; try { ${code} } catch (error) { return $.caught(error) }`;
  expect(await value(body("$.fail('No', 404)"))).toEqual({
    message: 'No',
    code: 'run.failed',
    status: 404,
    step: 1,
    line: 20,
  });
  expect(await value(body('null.x'))).toMatchObject({
    message: "cannot read property 'x' of null",
    code: 'run.script_error',
    status: 500,
  });
  expect(await value(body("throw 'text'"))).toMatchObject({ message: '"text" was thrown' });
});

test('JSON and forms that are broken can be caught, and give 400 where nobody does', async () => {
  const json = { request: { body: Buffer.from('{"a":1,}') } };
  expect(await failure('$.step = 0; return request.json', {}, json)).toEqual({
    code: 'request.json_invalid',
    message: 'Expected JSON in the body, got "}" at line 1, column 8',
    status: 400,
    step: 0,
    line: 10,
  });
  const caught = 'try { return request.json } catch (error) { return error.code }';
  expect(await value(caught, {}, json)).toBe('request.json_invalid');
  const part = { reach: { json: { a: true as const } } };
  expect((await failure('return request.json.a', part, json)).code).toBe('request.json_invalid');
  const deep = { request: { body: Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) } };
  expect(await failure('return request.json', {}, deep)).toMatchObject({
    code: 'request.json_invalid',
    message: 'Expected JSON in the body, got one that is nested too deep',
    status: 400,
  });
  const headers = '["content-type","multipart/form-data; boundary=B"]';
  const form = { request: { headers, body: Buffer.from('nothing') } };
  for (const member of ['form', 'params', 'files']) {
    expect(await failure(`return request.${member}`, {}, form)).toMatchObject({
      code: 'request.form_invalid',
      message: 'Expected the boundary that the content type names in the form, got none',
      status: 400,
    });
  }
  expect(await value('return request.method', {}, form)).toBe('POST');
});

test('a date or URL goes into a text without the quotes that JSON puts around it', async () => {
  const shown = '[new Date(0), new URL(\'https://a.example/x?q="1"\'), [new Date(0)]]';
  expect(await value(`return ${shown}.map((x) => $.text(x))`)).toEqual([
    '1970-01-01T00:00:00.000Z',
    'https://a.example/x?q=%221%22',
    '["1970-01-01T00:00:00.000Z"]',
  ]);
});

test('`text`, `assign` and `entries` do what steps need', async () => {
  expect(
    await value("return ['a', null, undefined, 1.5, true, { a: [1] }].map((x) => $.text(x))"),
  ).toEqual(['a', '', '', '1.5', 'true', '{"a":[1]}']);
  expect(
    await value(
      "const o = { a: { b: 1 } }; return [$.assign(o, ['a', 'c', 'd'], 2), $.assign(null, ['x', 0], 3)]",
    ),
  ).toEqual([{ a: { b: 1, c: { d: 2 } } }, { x: { '0': 3 } }]);
  expect((await failure("$.assign({ a: 5 }, ['a', 'b'], 1)")).message).toBe(
    'TypeError: Expected an object to set a.b in, got number',
  );
  expect((await failure("$.assign({}, ['__proto__', 'b'], 1)")).message).toBe(
    'TypeError: Expected the name of a value in __proto__.b, got __proto__',
  );
  const lists = `[['a'], { k: 'v' }, new Map([[1, 2]]), new Set(['s']), null, undefined]`;
  expect(await value(`return ${lists}.map((x) => [...$.entries(x)])`)).toEqual([
    [['a', 0]],
    [['v', 'k']],
    [[[1, 2], 0]],
    [['s', 0]],
    [],
    [],
  ]);
  expect((await failure('for (const x of $.entries(5));')).message).toBe(
    'TypeError: Expected a list or an object to go over, got a number',
  );
});

test('the library is there, with the host behind it', async () => {
  expect(
    await value(
      "return [Hash.sha256('a\\0b'), Hmac.sha1('key', 'value'), new URL('/x?y=1', 'https://a.example').href, safeEqual('a', 'b'), Base64.encode('é'), new TextDecoder().decode(new TextEncoder().encode('\\u{1f600}\\0')), Text.slug('Déjà vu')]",
    ),
  ).toEqual([
    createHash('sha256').update('a\0b').digest('hex'),
    createHmac('sha1', 'key').update('value').digest('hex'),
    'https://a.example/x?y=1',
    false,
    'w6k=',
    '\u{1f600}\0',
    'deja-vu',
  ]);
});
