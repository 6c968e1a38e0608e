import { describe, expect, test } from 'vitest';
import { failure, open, refusal, request, serve } from './parts.ts';

describe('lookups that are held up', () => {
  /** Answers for `good.example` as long as it is told to; never for others. */
  function resolver() {
    const dns = { answers: true, asked: 0 };
    const resolve = async (host: string): Promise<readonly string[]> => {
      dns.asked += 1;
      if (host === 'good.example' && dns.answers) return ['127.0.0.1'];
      return new Promise(() => {});
    };
    return { dns, resolve };
  }

  test('do not hold up requests to a name whose addresses were known a moment ago', async () => {
    const server = await serve((response) => response.end());
    const { dns, resolve } = resolver();
    let now = 0;
    const outbound = open({ resolve, stopwatch: () => now });
    const url = `http://good.example:${server.port}/`;
    await outbound.send(request(url));
    dns.answers = false;
    const { address } = await outbound.send(request(url));
    expect([address, dns.asked]).toEqual(['127.0.0.1', 2]);
    // Minutes later they are no more what anybody knows.
    now = 300_001;
    expect((await failure(outbound.send(request(url, { timeoutMs: 300 })))).code).toBe(
      'egress.timeout',
    );
  });

  test('give addresses that are judged like those of a lookup', async () => {
    const server = await serve((response) => response.end());
    let lookups = 0;
    const outbound = open({
      resolve: () => (lookups++ === 0 ? Promise.resolve(['10.0.0.1']) : new Promise(() => {})),
    });
    const url = `http://a.example:${server.port}/`;
    for (let i = 0; i < 2; i++) {
      expect((await failure(outbound.send(request(url)))).code).toBe('egress.refused');
    }
    expect(lookups).toBe(2);
  });

  test('are forgotten where DNS says that there is no such name', async () => {
    const server = await serve((response) => response.end());
    const answers: (() => Promise<readonly string[]>)[] = [
      async () => ['127.0.0.1'],
      async () => {
        throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
      },
      () => new Promise(() => {}),
    ];
    const outbound = open({ resolve: () => answers.shift()!() });
    const url = `http://a.example:${server.port}/`;
    await outbound.send(request(url));
    expect((await failure(outbound.send(request(url)))).code).toBe('egress.name');
    expect((await failure(outbound.send(request(url, { timeoutMs: 400 })))).code).toBe(
      'egress.timeout',
    );
  });

  test('are limited; one more is refused at once, but for names that are known', async () => {
    const server = await serve((response) => response.end());
    const { resolve } = resolver();
    const outbound = open({ resolve, limits: { lookups: 2 } });
    const send = (name: string, timeoutMs = 5_000) =>
      outbound.send(request(`http://${name}.example:${server.port}/`, { timeoutMs }));
    await send('good');
    const silent = [send('a', 600), send('b', 600)].map(failure);
    expect(await refusal(send('c'), server.port)).toEqual([
      'egress.busy',
      false,
      'Expected room to look up c.example, got 2 names that are looked up already. See whether DNS answers, or send less at once.',
    ]);
    expect((await send('good')).address).toBe('127.0.0.1');
    expect((await Promise.all(silent)).map(({ code }) => code)).toEqual([
      'egress.timeout',
      'egress.timeout',
    ]);
  });
});
