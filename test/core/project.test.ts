import { expect, test } from 'vitest';
import { project } from '../../src/core/project.ts';

const BODY: unknown = JSON.parse(
  '{"issue":{"title":"t","labels":[{"id":1}],"user":{"id":7,"login":"x"}},"n":null,"s":"text"}',
);

test('of objects the named members are kept, at every level', () => {
  expect(project(BODY, { issue: { title: true, user: { id: true } } })).toEqual({
    issue: { title: 't', user: { id: 7 } },
  });
});

test('the reach of everything gives the value itself', () => {
  expect(project(BODY, true)).toBe(BODY);
});

test('an empty reach keeps that there is an object, and nothing of it', () => {
  expect(project(BODY, {})).toEqual({});
  expect(project(BODY, { issue: {} })).toEqual({ issue: {} });
});

test('what is no plain object is kept whole, whatever of it is named', () => {
  const reach = { issue: { labels: { length: true } }, n: { a: true }, s: {} } as const;
  expect(project(BODY, reach)).toEqual({ issue: { labels: [{ id: 1 }] }, n: null, s: 'text' });
  const bytes = new Uint8Array([1, 2]);
  expect(project(bytes, { length: true })).toBe(bytes);
  expect(project(undefined, {})).toBe(undefined);
});

test('a member that is missing stays missing', () => {
  const part = project(BODY, { absent: true, issue: { absent: { deep: true } } });
  expect(part).toEqual({ issue: {} });
  expect(Object.keys(part as object)).toEqual(['issue']);
});

test('inherited members are not copied', () => {
  const reach: Record<string, true> = Object.fromEntries([
    ['toString', true],
    ['constructor', true],
  ]);
  expect(Object.keys(project(BODY, reach) as object)).toEqual([]);
});

test('a member called `__proto__` stays a member and sets no prototype', () => {
  const hostile: unknown = JSON.parse('{"__proto__":{"admin":true},"a":1}');
  const reach = JSON.parse('{"__proto__":true,"a":true}');
  const part = project(hostile, reach) as Record<string, unknown>;
  expect(Object.getPrototypeOf(part)).toBe(Object.prototype);
  expect(part.admin).toBe(undefined);
  expect(JSON.stringify(part)).toBe('{"__proto__":{"admin":true},"a":1}');
  expect(JSON.stringify(project(JSON.parse('{"a":1}'), reach))).toBe('{"a":1}');
});

test('objects without a prototype are plain too', () => {
  const headers = Object.assign(Object.create(null), { host: 'h', cookie: 'c' });
  expect(project(headers, { host: true })).toEqual({ host: 'h' });
});

test('the value itself is left as it is', () => {
  const before = JSON.stringify(BODY);
  project(BODY, { issue: { user: {} } });
  expect(JSON.stringify(BODY)).toBe(before);
});
