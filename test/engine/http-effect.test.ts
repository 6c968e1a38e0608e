import { describe, expect, test } from 'vitest';
import { OutboundError } from '../../src/core/outbound.ts';
import { http } from './guest.ts';
import { ended, finish, start, World } from './world.ts';

describe('`http`', () => {
  test('has an Idempotency-Key made of run, attempt and effect', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    await finish(world);
    expect(world.sent).toEqual([{ url: 'a', key: `${world.run()?.id}-1-0` }]);
  });

  test('fails with the status where another one was expected', async () => {
    const world = new World();
    world.replies.a = () => ({ status: 404 });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 3 }));
    await finish(world);
    expect(world.sent).toHaveLength(1);
    expect(world.disk.entry(world.run()?.id ?? '', 0)?.ended?.result).toEqual({
      ok: false,
      code: 'effect.failed',
      message: 'Expected a status of 2xx from api.example.com, got 404.',
      status: 404,
    });
  });

  test('is tried again with the same key where that may help, after what Retry-After says', async () => {
    const world = new World();
    world.replies.a = (count) =>
      count < 3 ? { status: 503, headers: [['retry-after', '20']] } : {};
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 3 }));
    world.automation = {
      program: { ...world.automationOf('main').program, limits: longer(world) },
    };
    await finish(world);
    expect(world.run()?.status).toBe('succeeded');
    expect(new Set(world.sent.map(({ key }) => key)).size).toBe(1);
    expect(world.time.now).toBe(1_040_000);
  });

  test('gives up where the server asks for a longer pause than a minute', async () => {
    const world = new World();
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '61']] });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 3 }));
    await finish(world);
    expect(world.sent).toHaveLength(1);
    expect(world.run()?.failure?.code).toBe('effect.failed');
  });

  test.each([
    ['egress.refused', 'effect.refused', 1],
    ['egress.timeout', 'effect.timeout', 2],
    ['egress.invalid', 'effect.invalid', 1],
    ['egress.connect', 'effect.failed', 2],
  ] as const)('that ends as %s fails as %s after %i tries', async (code, failure, tries) => {
    const world = new World();
    world.replies.a = () => new OutboundError(code, 'why');
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { attempts: 2 }));
    await finish(world);
    expect(world.sent).toHaveLength(tries);
    expect(world.run()?.failure).toMatchObject({ code: failure, message: 'why' });
  });

  test('gives a body that is not UTF-8 as base64', async () => {
    const world = new World();
    world.replies.a = () => ({
      body: new Uint8Array([0xff, 0]),
      headers: [
        ['x', '1'],
        ['x', '2'],
      ],
    });
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    await finish(world);
    expect(JSON.parse(world.run()?.value ?? '')).toEqual({
      status: 200,
      headers: { x: '1, 2' },
      base64: '/wA=',
    });
  });

  test('that takes longer than the run may ends the run, waits not counted', async () => {
    const world = new World();
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '60']] });
    world.sandbox.scripts.main = async ({ effect }) => {
      await effect('wait', { until: 5_000_000 });
      await effect(...http('a', { attempts: 3 }));
    };
    const process = await start(world);
    await process.settle();
    world.time.jump(5_000_000);
    await process.until(() => ended(world));
    expect(world.run()?.failure).toMatchObject({
      code: 'limit.time',
      message:
        'Expected the run to end within 30000 ms besides its waits; see `limits: { timeout }`.',
    });
    expect(world.time.now).toBe(5_030_000);
  });
});

function longer(world: World): ReturnType<World['automationOf']>['program']['limits'] {
  return { ...world.automationOf('main').program.limits, timeoutMs: 300_000 };
}
