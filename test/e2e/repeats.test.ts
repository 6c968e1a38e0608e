import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Program } from './program.ts';

/** Fails until it has been run often enough. */
const flaky = (status: number): string => `automation: flaky.${status}
policy: { state: [ "runs/*" ] }
steps:
  - state: { increment: "runs/${status}" }
    as: runs
  - if: \${{ runs < 3 }}
    then:
      - fail: { message: Not yet., status: ${status} }
  - return: { json: { runs: "\${{ runs }}" } }
`;
const COUNT = `automation: count
policy: { state: [ runs/all ] }
steps:
  - state: { increment: runs/all }
    as: runs
  - return: { json: { runs: "\${{ runs }}" } }
`;
const automations = {
  'count.yaml': COUNT,
  '500.yaml': flaky(500),
  '422.yaml': flaky(422),
  'late.yaml': flaky(503),
};

let program: Program;

beforeAll(async () => {
  program = await Program.start({ automations });
});

afterAll(() => program[Symbol.asyncDispose]());

async function sender(automation: string, settings: object = {}): Promise<() => Promise<Response>> {
  const source = {
    verify: { bearer: {} },
    id: { header: 'X-Delivery' },
    secrets: { secret: 'KEY' },
  };
  await program.api('PUT', '/secrets/KEY', { value: 'a-key' });
  const made = { source, bindings: [{ automation }], ...settings };
  const { url } = await program.api('POST', '/webhooks', made);
  const headers = { authorization: 'Bearer a-key', 'x-delivery': '1' };
  return () => fetch(url, { method: 'POST', headers });
}

const eventOf = (response: Response): string | null => response.headers.get('x-hookwright-event');

describe('a request that comes again', () => {
  test('is run again where its sender was told that it failed, until it succeeds', async () => {
    const send = await sender('flaky.500');
    const [first, second, third] = [await send(), await send(), await send()];
    expect([first.status, second.status, third.status]).toEqual([500, 500, 200]);
    expect(new Set([first, second, third].map(eventOf)).size).toBe(3);
    expect(await third.json()).toEqual({ runs: 3 });
    const fourth = await send();
    expect(await fourth.json()).toEqual({ runs: 3 });
    expect(eventOf(fourth)).toBe(eventOf(third));
  });

  test('is run once more at a time, however many come at once', async () => {
    const send = await sender('flaky.503');
    expect((await send()).status).toBe(503);
    const all = await Promise.all(Array.from({ length: 10 }, send));
    expect(all.filter(({ status }) => status === 503).length).toBeGreaterThan(0);
    const ran = new Set(all.map(eventOf));
    expect(ran.size).toBeLessThan(4);
  });

  test('starts none of several automations, however many come at once', async () => {
    const bindings = [{ automation: 'count' }, { automation: 'count', also: true }];
    const send = await sender('count', { bindings });
    const all = await Promise.all(Array.from({ length: 20 }, send));
    expect(new Set(all.map(eventOf)).size).toBe(1);
    const runs = await eventually(
      async () => (await program.api('GET', '/runs?automation=count')).runs,
      (list) => list.every(({ status }: { status: string }) => status === 'succeeded'),
    );
    expect(runs.map((run: { event_id: string }) => run.event_id)).toEqual(
      Array.from({ length: 2 }, () => eventOf(all[0] as Response)),
    );
  });

  test('gets the refusal that the first got, and is not run', async () => {
    const send = await sender('flaky.422');
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([422, 422]);
    expect(await second.json()).toEqual(await first.json());
    expect(eventOf(second)).toBe(eventOf(first));
  });

  test.each(['flaky.422', 'count'])(
    'is acknowledged as the first was, however its run of %s ended behind its back',
    async (automation) => {
      const send = await sender(automation, { respond: 'ack' });
      const first = await send();
      await eventually(
        () => program.api('GET', `/events/${eventOf(first)}`),
        ({ status }) => status === 'done',
      );
      const second = await send();
      expect([first.status, second.status]).toEqual([202, 202]);
      expect(await second.json()).toEqual(await first.json());
      expect(eventOf(second)).toBe(eventOf(first));
    },
  );
});
