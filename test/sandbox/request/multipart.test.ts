import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildRequest } from '../../../src/sandbox/guest/request/build.ts';
import { parts } from './parts.ts';

interface Read {
  readonly form: Record<string, unknown>;
  readonly files: readonly unknown[];
  readonly contents: readonly string[];
  readonly error?: string;
}

function read(body: string | Uint8Array, type = 'multipart/form-data; boundary=b'): Read {
  const request = parts({ headers: [['content-type', type]], body });
  const { text, files = [], formError } = buildRequest(request, { form: true, files: true });
  const contents = files.map((bytes) => Buffer.from(bytes).toString('latin1'));
  const { form, files: list } = JSON.parse(text) as Read;
  return { form, files: list, contents, ...(formError !== undefined && { error: formError }) };
}

function lines(...rows: string[]): string {
  return rows.join('\r\n');
}

const FIELD = 'Content-Disposition: form-data; name="a"';

test('a form as Chrome sends it: fields, a repeated one, a file, an input left empty', () => {
  const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
  const body = lines(
    `--${boundary}`,
    'Content-Disposition: form-data; name="name"',
    '',
    'Zoë',
    `--${boundary}`,
    'Content-Disposition: form-data; name="tag"',
    '',
    'one',
    `--${boundary}`,
    'Content-Disposition: form-data; name="tag"',
    '',
    'two\r\nlines',
    `--${boundary}`,
    'Content-Disposition: form-data; name="doc"; filename="résumé %22final%22.txt"',
    'Content-Type: text/plain',
    '',
    'hello\r\n',
    `--${boundary}`,
    'Content-Disposition: form-data; name="photo"; filename=""',
    'Content-Type: application/octet-stream',
    '',
    '',
    `--${boundary}--`,
    '',
  );
  expect(read(body, `multipart/form-data; boundary=${boundary}`)).toEqual({
    form: { name: 'Zoë', tag: ['one', 'two\r\nlines'] },
    files: [
      { field: 'doc', name: 'résumé "final".txt', type: 'text/plain', size: 7 },
      { field: 'photo', name: '', type: 'application/octet-stream', size: 0 },
    ],
    contents: ['hello\r\n', ''],
  });
});

test('a form as curl sends it, with escapes by backslash', () => {
  const boundary = '------------------------d74496d66958873e';
  const sent = lines(
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="a\\"b\\\\c.bin"',
    'Content-Type: application/octet-stream',
    '',
    '\0\xff',
    `--${boundary}--`,
    '',
  );
  const type = `multipart/form-data; boundary=${boundary}`;
  expect(read(Buffer.from(sent, 'latin1'), type)).toEqual({
    form: {},
    files: [{ field: 'file', name: 'a"b\\c.bin', type: 'application/octet-stream', size: 2 }],
    contents: ['\0\xff'],
  });
});

test.each([
  ['filename="C:\\dir\\new.txt"', 'C:\\dir\\new.txt'],
  ['filename=plain.txt', 'plain.txt'],
  ['filename="a;b=c.txt"', 'a;b=c.txt'],
  [`filename="x"; filename*=UTF-8''%e2%82%ac%20rates`, '€ rates'],
  [`filename="x"; filename*=iso-8859-1'en'%A3`, '£'],
  [`filename="x"; filename*=UTF-8''%ff`, 'x'],
  [`filename="x"; filename*=koi8-r''%C1`, 'x'],
  [`filename*=utf-8''only`, 'only'],
  ['filename="😀"', '😀'],
  ['FileName = "spaced" ;', 'spaced'],
])('the file name in %s is %j', (parameter, name) => {
  const { files } = read(lines('--b', `${FIELD}; ${parameter}`, '', '', '--b--'));
  expect(files).toEqual([{ field: 'a', name, type: 'application/octet-stream', size: 0 }]);
});

test('headers in Latin-1 are read as such', () => {
  const body = lines('--b', 'Content-Disposition: form-data; name="\xe9"', '', 'v', '--b--');
  expect(read(Buffer.from(body, 'latin1')).form).toEqual({ é: 'v' });
});

test('fields are decoded by their own charset or the form’s', () => {
  const body = lines(
    '--b',
    FIELD,
    'Content-Type: text/plain; charset="ISO-8859-1"',
    '',
    '\xe9',
    '--b',
    'Content-Disposition: form-data; name="_charset_"',
    '',
    'iso-8859-1',
    '--b',
    'Content-Disposition: form-data; name="c"',
    '',
    '\xe8',
    '--b',
    'Content-Disposition: form-data; name="d"',
    'Content-Type: text/plain; charset=nonsense',
    '',
    'x',
    '--b--',
  );
  expect(read(Buffer.from(body, 'latin1')).form).toEqual({
    a: 'é',
    _charset_: 'iso-8859-1',
    c: 'è',
    d: 'x',
  });
});

test('what looks like the boundary is content where no line end follows it', () => {
  const body = lines(
    '--b',
    FIELD,
    '',
    '--b',
    '--bc',
    '--b-',
    ' --b--',
    '--b--x',
    '--b --',
    '--b--',
  );
  // The part's first line is the boundary itself, so a second part begins, and that has no name.
  expect(read(body).error).toMatch(/part 2/);
  const content = lines('x--b', '--bc', '--b-', ' --b--', '--b--x', '--b --');
  expect(read(lines('--b', FIELD, '', content, '--b--')).form).toEqual({ a: content });
});

test('line ends inside a file stay, those around it go', () => {
  for (const content of ['', '\r\n', '\n', '\r', '\r\n\r\n', '\r\n--', '--b--', '\r\n-']) {
    const body = lines('--b', `${FIELD}; filename=f`, '', content, '--b--', '');
    // A line of the boundary alone ends the part, wherever it stands.
    if (content !== '--b--') expect([content, read(body).contents]).toEqual([content, [content]]);
  }
});

test('preamble, epilogue, padding, folded headers and quoted boundaries are understood', () => {
  const body = lines(
    'This is a preamble.',
    '--a b ',
    'Content-Disposition: form-data;',
    '\tname="a"',
    'X-Other: 1',
    '',
    'v',
    '--a b \t',
    'content-disposition:form-data;name=b',
    '',
    '--a b-- ',
    'epilogue',
    '--a b--',
  );
  expect(read(body, 'Multipart/Form-Data; charset=utf-8; boundary="a b"')).toEqual({
    form: { a: 'v', b: '' },
    files: [],
    contents: [],
  });
});

test('a part without content may end at its empty line, and a form may have no parts', () => {
  expect(read(`--b\r\n${FIELD}\r\n\r\n--b--`).form).toEqual({ a: '' });
  expect(read('--b--\r\n')).toEqual({ form: {}, files: [], contents: [] });
  expect(read('')).toEqual({ form: {}, files: [], contents: [] });
});

const WHOLE = lines('--b', FIELD, '', 'value', '--b--');

test.each([
  [0, 3, 'Expected the boundary that the content type names in the form, got none'],
  [
    0,
    20,
    "Expected an empty line after the headers of part 1 of the form, got the body's end: it is cut off",
  ],
  [
    0,
    WHOLE.length - 3,
    "Expected the boundary after part 1 of the form, got the body's end: it is cut off",
  ],
  [
    0,
    WHOLE.length - 1,
    "Expected the boundary after part 1 of the form, got the body's end: it is cut off",
  ],
])('a body cut from %i to %i says so', (from, to, error) => {
  expect(read(WHOLE.slice(from, to))).toEqual({ form: {}, files: [], contents: [], error });
});

test('every cut is noticed', () => {
  for (let end = 1; end < WHOLE.length; end++) {
    expect(read(WHOLE.slice(0, end)).error).toMatch(/^Expected/);
  }
});

test.each([
  [
    'multipart/form-data',
    'Expected a boundary of 1 to 70 characters in the content type of the form, got none',
  ],
  [
    'multipart/form-data; boundary=',
    'Expected a boundary of 1 to 70 characters in the content type of the form, got 0',
  ],
  [
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'Expected a boundary of 1 to 70 characters in the content type of the form, got 71',
  ],
  [
    'multipart/form-data; boundary=other',
    'Expected the boundary that the content type names in the form, got none',
  ],
])('the content type %s does not fit', (type, error) => {
  expect(read(WHOLE, type).error).toBe(error);
});

test('bare line feeds make no form', () => {
  expect(read(WHOLE.replaceAll('\r\n', '\n')).error).toBe(
    'Expected the boundary that the content type names in the form, got none',
  );
});

test.each([
  ['X-A: 1', 'null'],
  ['Content-Disposition: form-data', '"form-data"'],
  ['Content-Disposition: attachment; name=a', '"attachment; name=a"'],
  ['Content-Disposition: form-data; name="a', '"form-data; name=\\"a"'],
])('a part with the header %s has no name', (header, got) => {
  expect(read(lines('--b', header, '', 'v', '--b--')).error).toBe(
    `Expected a content-disposition of form-data with a name in part 1 of the form, got ${got}`,
  );
});

test('parts and their headers are limited', () => {
  const part = `--b\r\n${FIELD}\r\n\r\n\r\n`;
  expect(read(`${part.repeat(1000)}--b--`).error).toBeUndefined();
  expect(read(`${part.repeat(1001)}--b--`).error).toBe(
    'Expected at most 1000 parts in the form, got more',
  );
  const long = lines('--b', FIELD, `X-Long: ${'x'.repeat(17_000)}`, '', 'v', '--b--');
  expect(read(long).error).toBe(
    'Expected at most 16384 bytes of headers in part 1 of the form, got more',
  );
});

test('forms come out as Node’s own FormData put them in', async () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'é', '"', '\r\n', ';', '\\x', '😀', ' ') });
  const file = fc.record({
    // Node's own writes no filename at all for an empty one.
    name: name.filter((text) => text !== ''),
    type: fc.constantFrom('text/plain', 'image/png'),
    content: fc.uint8Array(),
  });
  const entry = fc.tuple(name, fc.oneof(name, file));
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), async (entries) => {
      const sent = new FormData();
      for (const [field, value] of entries) {
        if (typeof value === 'string') sent.append(field, value);
        else sent.append(field, new Blob([value.content], { type: value.type }), value.name);
      }
      const response = new Response(sent);
      const type = response.headers.get('content-type') as string;
      const got = read(new Uint8Array(await response.arrayBuffer()), type);
      const files = entries.flatMap(([field, value]) =>
        typeof value === 'string' ? [] : [{ field, ...value }],
      );
      expect(got.error).toBeUndefined();
      expect(got.files).toEqual(
        files.map(({ field, name, type, content }) => ({
          field,
          name,
          type,
          size: content.length,
        })),
      );
      expect(got.contents).toEqual(
        files.map(({ content }) => Buffer.from(content).toString('latin1')),
      );
      const fields = entries.filter(([, value]) => typeof value === 'string');
      expect(Object.values(got.form).flat().sort()).toEqual(
        fields.map(([, value]) => value).sort(),
      );
      expect(new Set(Object.keys(got.form))).toEqual(new Set(fields.map(([field]) => field)));
    }),
  );
});

test('whatever follows a boundary, nothing throws', () => {
  const piece = fc.constantFrom(
    '--b',
    '\r\n',
    '--',
    FIELD,
    '; filename*=',
    "utf-8''%",
    '"',
    '\\',
    ': ',
    '\xff',
    'x',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const got = read(Buffer.from(`--b\r\n${pieces.join('')}`, 'latin1'));
      if (got.error !== undefined) expect(got.error).toMatch(/^Expected .*, got /);
    }),
    { numRuns: 1000 },
  );
});
