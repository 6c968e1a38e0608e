import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSource } from '../../src/source/read/source.ts';
import type { Source } from '../../src/source/source.ts';
import { custom, judge, type Parts, PRESETS, preset } from './presets.ts';
import { keysOf, signedParts } from './signed.ts';

/** What recognises a duplicate of this body, sent as the sender would. */
function idOf(source: Source, body: unknown): string | undefined {
  const parts = signedParts(source, { body: Buffer.from(JSON.stringify(body)) });
  const verdict = judge(source, parts, keysOf(source).verify);
  if (verdict.is !== 'accepted') throw new Error(`expected it to be accepted, got ${verdict.is}`);
  return verdict.id;
}

test('a number that JavaScript rounds is no other event’s id, and its repeat is recognised', () => {
  const source = custom({ verify: { ip: '192.0.2.0/24' }, id: { json: 'id' } });
  const take = (body: string) => {
    const verdict = judge(source, { body });
    return verdict.is === 'accepted' ? verdict.id : 'refused';
  };
  const [one, next] = ['{"id":9007199254740992}', '{"id":9007199254740993}'];
  expect(take(one)).not.toBe(take(next));
  expect(take(next)).toBe(take(next));
  expect(take('{"id":9007199254740991,"attempt":1}')).toBe('9007199254740991');
  // A text has all its digits.
  expect(take('{"id":"9007199254740993","attempt":1}')).toBe('9007199254740993');
});

test('GitLab: only the key of a delivery, because what one webhook sets off shares the other', () => {
  const keys = { secret: ['token'] };
  const id = (more: Readonly<Record<string, string>>) => {
    const headers = {
      'X-Gitlab-Token': 'token',
      'X-Gitlab-Event-UUID': '13792a34-cac6-4fda-95a8-c58e00a3954e',
      ...more,
    };
    const verdict = judge(preset('gitlab'), { headers, body: '{}' }, keys);
    return verdict.is === 'accepted' ? verdict.id : 'refused';
  };
  expect(id({ 'Idempotency-Key': 'f5e5f430' })).toBe('f5e5f430');
  expect(id({})).toBeUndefined();
});

describe('a batch is recognised by the ids of all its items', () => {
  const hubspot = (items: readonly (readonly [number, number])[], attemptNumber = 0) =>
    idOf(
      preset('hubspot'),
      items.map(([eventId, subscriptionId]) => ({
        ...{ eventId, subscriptionId, occurredAt: 1767323045000, attemptNumber },
      })),
    );

  test('HubSpot: whatever the attempt; one event of two subscriptions is two', () => {
    const first = hubspot([
      [1, 7],
      [2, 7],
    ]);
    expect(
      hubspot(
        [
          [1, 7],
          [2, 7],
        ],
        3,
      ),
    ).toBe(first);
    expect(hubspot([[1, 7]])).not.toBe(first);
    expect(
      hubspot([
        [1, 7],
        [2, 8],
      ]),
    ).not.toBe(first);
    const full = hubspot(Array.from({ length: 100 }, (_, id) => [id, 7]));
    expect(full).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('SendGrid', () => {
    const source = preset('sendgrid');
    const batch = (...ids: readonly string[]) =>
      idOf(
        source,
        ids.map((sg_event_id) => ({ sg_event_id, event: 'open' })),
      );
    expect(batch('a')).toBe('a');
    expect(batch('a', 'b')).toBe(batch('a', 'b'));
    expect(batch('a', 'b')).not.toBe(batch('a'));
    expect(idOf(source, [{ sg_event_id: 'a' }, { event: 'open' }])).toBeUndefined();
  });

  test('Microsoft Graph: only where every notification has an id, because equal ones are two changes', () => {
    const source = preset('microsoft-graph');
    const clientState = keysOf(source).verify.secret?.[0];
    const batch = (...ids: readonly (string | undefined)[]) =>
      idOf(source, { value: ids.map((id) => ({ id, clientState, resource: 'me/drive/root' })) });
    expect(batch('n-1', 'n-2')).toBe(batch('n-1', 'n-2'));
    expect(batch('n-1', 'n-2')).not.toBe(batch('n-2'));
    expect(batch('n-1', undefined)).toBeUndefined();
    expect(batch(undefined)).toBeUndefined();
  });

  test('no two batches have the same, however their ids are written', () => {
    const ids = fc.array(fc.string({ minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 4,
    });
    const source = custom({ unsigned: 'A test', id: { json: '[*].id' } });
    const of = (list: readonly string[]) => {
      const verdict = judge(source, { body: JSON.stringify(list.map((id) => ({ id }))) });
      return verdict.is === 'accepted' ? verdict.id : verdict;
    };
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        // A single id stands as it is, so that people find it; it cannot be a list of several by chance.
        fc.pre((a.length === 1) === (b.length === 1));
        expect(of(a) === of(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

describe('settings', () => {
  const source = custom({
    unsigned: 'A test',
    id: [{ header: 'X-Id' }, { all: [{ query: 'a' }, { json: 'b' }, 'body'] }, 'body'],
  });
  const id = (parts: Parts) => {
    const verdict = judge(source, parts);
    return verdict.is === 'accepted' ? verdict.id : undefined;
  };

  test('the first counts of which every part is there', () => {
    const url = 'https://hooks.example.com/webhooks/abc?a=1';
    expect(id({ url, headers: { 'X-Id': 'one' }, body: '{"b":2}' })).toBe('one');
    const together = id({ url, body: '{"b":2}' });
    expect(together).toMatch(/^\[\["1"\],\["2"\],\["sha256:[0-9a-f]{64}"\]\]$/);
    expect(id({ url, body: '{"b":2} ' })).not.toBe(together);
    expect(id({ body: '{"b":2}' })).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(id({ body: '' })).toBe(id({ body: '' }));
  });

  test.each<[{ id?: unknown; content?: string }, string]>([
    [{ id: { all: [] } }, 'Expected places or `body`, got none'],
    [{ id: 'the body' }, 'Expected a place or `body`, got `the body`'],
    [{ id: { all: ['body'], json: 'a' } }, 'Expected `all`, got `json`'],
    [{ id: 'body', content: '{id}.{body}' }, 'Expected `id` with one place'],
    [{ id: { all: [{ json: 'a' }, 'body'] }, content: '{id}.{body}' }, 'Expected `id` with one'],
    [{ content: '{id}.{body}' }, 'Expected `id` with one place, which `content` names, got none'],
  ])('%j is a mistake', ({ id: given, content = '{body}' }, message) => {
    const read = readSource(
      {
        source: 'x',
        verify: { signature: { header: 'X-S', algorithm: 'hmac-sha256', content } },
        ...(given === undefined ? {} : { id: given }),
      },
      PRESETS,
    );
    expect(read).toMatchObject({
      ok: false,
      mistakes: [{ message: expect.stringContaining(message) }],
    });
  });
});
