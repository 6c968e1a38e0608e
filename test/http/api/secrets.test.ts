import { beforeEach, expect, test } from 'vitest';
import { FakeEngine } from './fake.ts';

let engine: FakeEngine;

beforeEach(() => {
  engine = new FakeEngine();
});

test('a secret is set, listed and deleted, and its value is in no answer', async () => {
  const draft = { value: 'plain-value', hosts: ['api.example.com'], keep_previous: '1d' };
  const facts = {
    name: 'KEY',
    hosts: ['api.example.com'],
    readable: true,
    previous_until: '2026-05-05T03:02:01.000Z',
    created_at: '2026-05-04T03:02:01.000Z',
    updated_at: '2026-05-04T03:02:01.000Z',
  };
  const set = await engine.call('PUT', '/secrets/KEY', draft);
  expect(set.status).toBe(200);
  expect(await set.json()).toEqual(facts);
  expect(engine.secretDrafts.get('KEY')).toEqual({
    value: 'plain-value',
    hosts: ['api.example.com'],
    keepPreviousMs: 86_400_000,
  });
  expect(await (await engine.call('GET', '/secrets')).json()).toEqual({ secrets: [facts] });
  expect(await (await engine.call('GET', '/secrets/KEY')).json()).toEqual(facts);
  expect(await (await engine.call('DELETE', '/secrets/KEY')).json()).toEqual(facts);
  expect((await engine.call('GET', '/secrets/KEY')).status).toBe(404);
});

test.each([
  [{ value: 424_242 }, 'Expected value to be a text, got something else.'],
  [{ value: ['424242'] }, 'Expected value to be a text, got something else.'],
  ['424242', 'Expected the body to be an object, got something else.'],
  [{}, 'Expected value to be a text, got nothing.'],
  [{ value: '424242', hosts: 7 }, 'Expected hosts to be a list, got 7.'],
  [
    { value: '424242', keep_previous: 'soon' },
    'Expected keep_previous to be a duration such as "24h", got "soon".',
  ],
  [
    { value: '424242', host: [] },
    'Expected the body to have only the keys value, hosts, keep_previous, got "host". Did you mean "hosts"?',
  ],
])('a refused body is told without its value: %j', async (body, message) => {
  const answer = await engine.call('PUT', '/secrets/KEY', body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: { code: 'request.malformed', message } });
});

test('a body that is not JSON is not quoted', async () => {
  const answer = await engine.api.fetch(
    new Request('http://127.0.0.1:8420/api/v1/secrets/KEY', {
      method: 'PUT',
      headers: { authorization: 'Bearer token-of-the-test' },
      body: 'plain-value',
    }),
  );
  expect(answer.status).toBe(400);
  expect(await answer.text()).not.toContain('plain');
});
