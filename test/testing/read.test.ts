import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mistakesOf, read } from './suites.ts';

/** Only the first line of each. */
function headlines(text: string): string[] {
  return mistakesOf(text).map((said) => said.split('\n')[0] ?? '');
}

test('every mistake is told at once, with its place and what was meant', () => {
  const text = `cases:
  - name: a
    request: { metod: GET, path: x, json: 1, text: a }
    now: yesterday
    state: { "": 1 }
    effects:
      - http: FETCH https://x.example/
        reply: { stauts: 200 }
      - call: f
    expect:
      respnse: {}
      effects:
        - state: orders/7
        - wait: soon
`;
  expect(headlines(text)).toEqual([
    'a.test.yaml:3:16 error key.unknown: Expected `method`, `path`, `query`, `headers`, `ip`, `json`, `form`, `text` or `base64`, got `metod`',
    'a.test.yaml:3:34 error value.invalid: Expected as path a text that begins with /, got "x"',
    'a.test.yaml:3:46 error key.conflict: Expected one of `json`, `form`, `text` or `base64`, got `text` beside `json`',
    'a.test.yaml:4:10 error value.invalid: Expected a time such as `2026-05-04T12:00:00Z`, got `yesterday`',
    'a.test.yaml:5:14 error value.invalid: Expected a key of 1 to 512 bytes, got 0 bytes',
    'a.test.yaml:7:15 error policy.invalid: Expected methods such as `GET` or `POST,PUT`, got `FETCH`',
    'a.test.yaml:8:18 error key.unknown: Expected `status`, `headers`, `json`, `body` or `base64`, got `stauts`',
    'a.test.yaml:9:9 error key.missing: Expected one of `reply` or `fail`, got none',
    'a.test.yaml:11:7 error key.unknown: Expected `response`, `value`, `effects`, `logs` or `failure`, got `respnse`',
    'a.test.yaml:13:18 error value.invalid: Expected an operation and a key such as `set orders/7`, got `orders/7`',
    'a.test.yaml:14:17 error value.invalid: Expected a duration such as `5m`, or a time, got `soon`',
  ]);
});

test('a misspelt key is told with the line, a caret, and the nearest key', () => {
  expect(mistakesOf('cases:\n  - name: a\n    expct: {}\n')).toEqual([
    [
      'a.test.yaml:3:5 error key.unknown: Expected `name`, `request`, `event`, `inputs`, `now`, `run`, `webhook`, `state`, `secrets`, `effects` or `expect`, got `expct`',
      '3 |     expct: {}',
      '  |     ^^^^^',
      '  = Did you mean "expect"?',
    ].join('\n'),
  ]);
});

test('an empty file is told what it should begin with', () => {
  expect(mistakesOf('')).toEqual([
    'a.test.yaml:1:1 error key.missing: Expected tests, got an empty file\n1 | \n  | ^\n  = It begins with `cases:`; docs/testing.md shows one.',
  ]);
});

test('whatever the text is, reading gives a suite or mistakes', () => {
  const piece = fc.constantFrom(
    ...['cases:', '- name: a', '  ', '\n', 'effects:', 'http: ', 'GET https://x.example', '{', '}'],
    ...['reply:', 'fail:', 'expect:', '[', ']', 'state: ', 'request:', 'now: 1', '"', ': ', '- '],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { suite, diagnostics } = read(pieces.join(''));
      expect(suite !== undefined || diagnostics.length > 0).toBe(true);
    }),
  );
});

test('a wait in `effects` has the time at which it ends late, and nothing else', () => {
  const waits = (item: string): string => `cases:\n  - name: a\n    effects: [ { ${item} } ]\n`;
  const messages = (item: string): string[] =>
    read(waits(item)).diagnostics.map(({ message }) => message);
  expect(messages('wait: "2026-01-01T00:00:05Z", at: "2026-01-01T00:00:06Z"')).toEqual([]);
  expect(messages('wait: "2026-01-01T00:00:05Z"')).toEqual([
    'Expected `at` beside `wait`, got none',
  ]);
  expect(messages('wait: "2026-01-01T00:00:05Z", reply: 1, at: "2026-01-01T00:00:06Z"')).toEqual([
    'Expected `wait` with `at` alone, got `reply`',
  ]);
  expect(messages('wait: "2026-01-01T00:00:05Z", at: "2026-01-01T00:00:04Z"')).toEqual([
    'Expected a time that is not before the end of the wait',
  ]);
  expect(messages('wait: 5m, at: "2026-01-01T00:00:04Z"')).toEqual([
    'Expected a time such as `2026-05-04T12:00:00Z`, got `5m`',
  ]);
});

test('an expectation that every run meets is a mistake', () => {
  const messages = (expected: string): string[] =>
    read(`cases:\n  - name: a\n    expect: { ${expected} }\n`).diagnostics.map(
      ({ message, hint }) => (hint === undefined ? message : `${message}. ${hint}`),
    );
  const nothing = (key: string, hint = 'Take the key away, or say what.') =>
    `Expected something under \`${key}\`, got nothing, which every run meets. ${hint}`;
  expect(messages('response: {}')).toEqual([nothing('response')]);
  expect(messages('failure: {}')).toEqual([nothing('failure')]);
  expect(messages('failure:')).toEqual([nothing('failure')]);
  expect(messages('effects:')).toEqual([nothing('effects', 'Write `effects: []` for none.')]);
  expect(messages('response: { contains: "" }')).toEqual([
    'Expected a part of a text as `contains`, got none',
  ]);
  expect(messages('failure: { message: }')).toEqual([
    'Expected a part of a text as `message`, got none',
  ]);
  expect(messages('response: { headers: text/html }')).toEqual([
    'Expected headers by name, got a text',
  ]);
  const http = 'http: "GET https://a.example/"';
  expect(messages(`effects: [ { ${http}, headers: [] } ]`)).toEqual([
    'Expected headers by name, got an empty list',
  ]);
  expect(messages('value: , effects: [], response: { headers: { x-a: } }')).toEqual([]);
});
