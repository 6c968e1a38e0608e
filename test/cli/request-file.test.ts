import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_REQUEST, readRequestFile } from '../../src/cli/request-file.ts';
import { HookwrightError } from '../../src/core/errors.ts';
import type { RequestParts } from '../../src/core/run.ts';

function read(text: string | Uint8Array): RequestParts {
  return readRequestFile(Buffer.from(text as string), 'r.yaml');
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    expect(error).toMatchObject({ code: 'usage.invalid' });
    return (error as HookwrightError).message;
  }
  throw new Error('Expected the file to be refused');
}

const bodyOf = ({ body }: RequestParts): string => Buffer.from(body).toString();

test('without a file, the request is an empty GET', () => {
  expect(EMPTY_REQUEST).toEqual({
    method: 'GET',
    path: '',
    query: null,
    headers: '[]',
    url: 'http://localhost:8420/webhooks/offline',
    clientIp: '192.0.2.1',
    body: new Uint8Array(),
  });
  expect(read('{}')).toEqual(EMPTY_REQUEST);
});

describe('a file of fields', () => {
  test('has every part of a request', () => {
    const parts = read(`
method: PATCH
path: /orders/7
query: { a: [1, two], b: "x y&z" }
headers:
  - [X-Sig, one]
  - [x-sig, two]
  - [n, 7]
ip: 2001:db8::1
json: { id: 7, name: é }
`);
    expect(parts).toMatchObject({
      method: 'PATCH',
      path: '/orders/7',
      query: 'a=1&a=two&b=x+y%26z',
      url: 'http://localhost:8420/webhooks/offline/orders/7?a=1&a=two&b=x+y%26z',
      clientIp: '2001:db8::1',
    });
    expect(JSON.parse(parts.headers)).toEqual([
      ...['X-Sig', 'one', 'x-sig', 'two', 'n', '7', 'content-type', 'application/json'],
    ]);
    expect(bodyOf(parts)).toBe('{"id":7,"name":"é"}');
  });

  test('may be JSON, with the query in the path or as a text', () => {
    expect(read('{"path": "/a?b=c", "json": null}')).toMatchObject({
      method: 'POST',
      path: '/a',
      query: 'b=c',
      body: new Uint8Array(Buffer.from('null')),
    });
    expect(read('{"query": "?b=c%20d"}').query).toBe('b=c%20d');
  });

  test.each([
    ['form: { a: [1, 2], b: x y }', 'a=1&a=2&b=x+y', 'application/x-www-form-urlencoded'],
    ['text: hé', 'hé', 'text/plain; charset=utf-8'],
    ['base64: aMOp', 'hé', undefined],
    ['{ text: x, headers: { Content-Type: text/csv } }', 'x', 'text/csv'],
  ])('makes the body and its content type of %s', (text, body, type) => {
    const parts = read(text);
    expect(parts.method).toBe('POST');
    expect(bodyOf(parts)).toBe(body);
    const headers = JSON.parse(parts.headers) as string[];
    expect(headers.length).toBe(type === undefined ? 0 : 2);
    expect(headers[1]).toBe(type);
  });

  test('is told all its mistakes at once', () => {
    const text = `
methd: GET
method: "GE T"
path: orders
headers: { "a b": x }
ip: localhost
json: 1
text: x
`;
    expect(refusal(text)).toBe(
      [
        'Expected r.yaml to have only the keys method, path, query, headers, ip, json, form, text, base64, got "methd". Did you mean "method".',
        'Expected r.yaml to have one of json, form, text, base64, got json and text.',
        'Expected r.yaml to have as headers an object of texts, or a list of pairs [name, value], got {"a b":"x"}.',
        'Expected r.yaml to have as method a method such as POST, got "GE T".',
        'Expected r.yaml to have as path a text that begins with /, got "orders".',
        'Expected r.yaml to have as ip an IPv4 or IPv6 address, got "localhost".',
      ].join('\n'),
    );
  });

  test.each([
    ['form: [1]', 'as form an object of texts or lists of texts, got [1]'],
    ['form: { a: { b: c } }', 'as form an object of texts or lists of texts, got {"a":{"b":"c"}}'],
    ['text: 7', 'as text a text, got 7'],
    ['base64: "a"', 'as base64 bytes as base64, got "a"'],
    ['query: 7', 'as query a text, or an object of texts or lists of texts, got 7'],
    ['{ path: "/a?b", query: c }', 'as query nothing, because the path has a query, got "c"'],
    [
      'headers: [[a]]',
      'as headers an object of texts, or a list of pairs [name, value], got [["a"]]',
    ],
    [
      'headers: { a: "x\\ny" }',
      'as headers an object of texts, or a list of pairs [name, value], got {"a":"x\\ny"}',
    ],
  ])('%s is refused', (text, mistake) => {
    expect(refusal(text)).toBe(`Expected r.yaml to have ${mistake}.`);
  });

  test('that is no object says what it may be', () => {
    expect(refusal('- 1')).toBe(
      'Expected r.yaml to have an HTTP message, or an object with method, path, query, headers, ip, json, form, text, base64; got [1].',
    );
    expect(refusal('a: [')).toMatch(/^Expected r\.yaml to have right YAML or JSON: .*line 1/s);
    expect(refusal('{ text: &a x, path: *a }')).toMatch(
      /^Expected r\.yaml to have no YAML aliases: /,
    );
    expect(refusal('['.repeat(100_000))).toBe('Expected r.yaml to have fewer levels of nesting.');
  });
});

describe('an HTTP message', () => {
  test('is read as it stands on the wire', () => {
    const body = Buffer.from([0, 255, 13, 10, 10]);
    const head = 'POST /a%2Fb?x=1&x=2 HTTP/1.1\r\nHost: a.example\r\nX-É:no\r\n\r\n'.replace(
      'É',
      'E',
    );
    const parts = read(Buffer.concat([Buffer.from(head), body]));
    expect(parts).toMatchObject({ method: 'POST', path: '/a%2Fb', query: 'x=1&x=2' });
    expect(JSON.parse(parts.headers)).toEqual(['Host', 'a.example', 'X-E', 'no']);
    expect(Buffer.from(parts.body)).toEqual(body);
  });

  test('may have line feeds only, no headers and no body', () => {
    expect(read('GET / HTTP/1.1')).toEqual(EMPTY_REQUEST);
    expect(read('GET /x HTTP/2\na: b\n\n')).toMatchObject({ path: '/x', headers: '["a","b"]' });
  });

  test('is cut at its content-length, which drops the line feed of editors', () => {
    expect(bodyOf(read('PUT / HTTP/1.1\nContent-Length: 2\n\nok\n'))).toBe('ok');
  });

  test.each([
    ['POST https://a.example/webhooks/0123abc/b?c HTTP/1.1', '/b', 'c'],
    ['POST /webhooks/0123abc HTTP/1.1', '', null],
    ['POST /webhooks/0123abc? HTTP/1.1', '', ''],
    ['OPTIONS * HTTP/1.1', '', null],
  ])('%s loses what stands before the part that runs see', (line, path, query) => {
    expect(read(line)).toMatchObject({ path, query });
  });

  test('is told all its mistakes at once', () => {
    expect(refusal('POST / HTTP/1.1\nno colon\n: empty\nContent-Length: 9\n\nshort')).toBe(
      [
        'Expected r.yaml to have a header such as "name: value" on line 2, got "no colon".',
        'Expected r.yaml to have a header such as "name: value" on line 3, got ": empty".',
        'Expected r.yaml to have the 9 bytes of body that content-length says, got 5.',
      ].join('\n'),
    );
    expect(refusal('POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n0')).toBe(
      'Expected r.yaml to have its body as it is, got one with transfer-encoding.',
    );
  });
});

test('any JSON value comes back as the body that was written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
      const parts = read(JSON.stringify({ json }));
      expect(bodyOf(parts)).toBe(JSON.stringify(json));
    }),
  );
});

test('any fields of a form come back, in order', () => {
  const fields = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(fields, (form) => {
      const parts = read(JSON.stringify({ form }));
      expect([...new URLSearchParams(bodyOf(parts))]).toEqual(Object.entries(form));
    }),
  );
});

test('any bytes are read or refused as usage.invalid', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string().map((text) => Buffer.from(text)),
    fc.string().map((text) => Buffer.from(`POST /${text} HTTP/1.1\n${text}: ${text}\n\n${text}`)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        expect(read(given).url).toMatch(/^http:\/\/localhost/);
      } catch (error) {
        expect(error).toBeInstanceOf(HookwrightError);
        expect(error).toMatchObject({ code: 'usage.invalid' });
      }
    }),
    { numRuns: 500 },
  );
});
