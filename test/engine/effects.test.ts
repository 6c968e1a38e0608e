import { describe, expect, test } from 'vitest';
import { http } from './guest.ts';
import { done, ended, finish, start, World } from './world.ts';

describe('a run with effects', () => {
  test('writes each effect before it is performed, and its result before the next begins', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => {
      await effect(...http('a'));
      await effect(...http('b'));
    };
    await finish(world);
    expect(done(world)).toEqual([
      'capture pending',
      'running +0',
      'send a',
      'sent a',
      'running +1 =0',
      'send b',
      'sent b',
      'succeeded =1',
    ]);
    expect(world.disk.events.get(world.event.id)?.status).toBe('done');
  });

  test('performs what it asks for at once at the same time', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      Promise.all([effect(...http('a')), effect(...http('b'))]);
    await finish(world);
    expect(done(world).slice(1, 4)).toEqual(['running +0 +1', 'send a', 'send b']);
    expect(JSON.parse(world.run()?.value ?? '')).toMatchObject([
      { status: 200, body: 'reply to a' },
      { status: 200, body: 'reply to b' },
    ]);
  });

  test('asks no more than 32 receivers at the same time', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      Promise.all(Array.from({ length: 40 }, (_, i) => effect(...http(`${i}`))));
    await finish(world);
    const steps = done(world);
    const firstEnd = steps.findIndex((name) => name.startsWith('sent'));
    expect(steps.slice(0, firstEnd).filter((name) => name.startsWith('send'))).toHaveLength(32);
    expect(world.sent).toHaveLength(40);
  });

  test('without effects is settled as before, with no step of its own', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ respond }) => respond('hello');
    const process = await start(world);
    await process.until(() => ended(world));
    expect(done(world)).toEqual(['capture pending', 'settle done']);
    expect(process.answer?.body).toBe('hello');
  });

  test('beside one without effects leaves the event done when both are recorded', async () => {
    const world = new World();
    world.also = ['other'];
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a'));
    world.sandbox.scripts.other = async () => 1;
    await finish(world);
    expect(world.disk.events.get(world.event.id)?.status).toBe('done');
    expect(world.run('other')?.status).toBe('succeeded');
  });

  test('has a line in the log for each effect and one for its end, without bodies', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => effect(...http('a', { body: 'private' }));
    const process = await finish(world);
    expect(process.log.lines.map(({ message }) => message)).toEqual(['effect', 'run']);
    expect(process.log.lines[0]?.fields).toMatchObject({ effect: 0, kind: 'http', ok: true });
    expect(JSON.stringify(process.log.lines)).not.toMatch(/private|reply to/);
  });

  test('fails as stuck when it awaits what is no effect', async () => {
    const world = new World();
    world.sandbox.scripts.main = () => new Promise(() => {});
    await finish(world);
    expect(world.run()?.failure?.code).toBe('run.stuck');
  });

  test('that ends before its effects leaves them their time, and keeps their results', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      Promise.race([effect(...http('a')), effect('state', { op: 'get', key: 'k' })]);
    await finish(world);
    expect(world.run()?.status).toBe('succeeded');
    expect(world.disk.entry(world.run()?.id ?? '', 0)?.ended?.result.ok).toBe(true);
  });
});

describe('the answer', () => {
  test('of a run that responds first leaves as soon as the event is stored', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect, respond }) => {
      respond('early');
      await effect(...http('a'));
    };
    world.killAfter = 4; // capture?, capture, running?, running: before the request is sent
    const process = await start(world);
    await process.settle();
    expect(process.answer?.body).toBe('early');
    expect(world.sent).toEqual([]);
  });

  test('that depends on an effect leaves when its result is on disk', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect, respond }) => {
      await effect(...http('a'));
      respond('late');
    };
    world.killAfter = 7; // …, send, sent, succeeded?
    const process = await start(world);
    await process.settle();
    expect(world.sequence.at(-1)).toBe('succeeded =0?');
    expect(process.answer).toBeUndefined();
  });

  test('of a webhook that acknowledges does not wait for effects', async () => {
    const world = new World();
    world.respond = 'ack';
    world.sandbox.scripts.main = async ({ effect }) => effect('wait', { until: 9_000_000 });
    const process = await start(world);
    await process.settle();
    expect(process.answer?.status).toBe(202);
    expect(world.run()?.status).toBe('waiting');
  });

  test('comes from a run that waited in between', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect, respond }) => {
      await effect('wait', { until: 1_002_000 });
      respond('after two seconds');
    };
    const process = await start(world);
    await process.until(() => process.answer !== undefined);
    expect(process.answer?.body).toBe('after two seconds');
  });
});

describe('an effect that is not allowed', () => {
  test('fails with what the policy says, is recorded, and is not performed', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      effect(...http('a', { url: 'https://other.example.com/a' }));
    await finish(world);
    expect(world.sent).toEqual([]);
    expect(world.run()?.failure).toMatchObject({ code: 'effect.refused' });
    expect(world.run()?.failure?.message).toContain('https://other.example.com/a');
    expect(done(world)).toEqual(['capture pending', 'running +0 =0', 'failed']);
  });

  test('can be caught, and the run goes on', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => {
      await effect(...http('a', { url: 'https://other.example.com/a' })).catch(() => {});
      await effect(...http('b'));
    };
    await finish(world);
    expect(world.run()?.status).toBe('succeeded');
    expect(world.sent.map(({ url }) => url)).toEqual(['b']);
  });

  test('is a wait of more than a year', async () => {
    const world = new World();
    const until = 1_000_000 + 366 * 86_400_000;
    world.sandbox.scripts.main = async ({ effect }) => effect('wait', { until });
    await finish(world);
    expect(world.run()?.failure?.message).toBe(
      'Expected a wait of at most 365 days, got one until 1971-01-02T00:16:40.000Z.',
    );
  });

  test('is one over the limit: the run ends, though its script would catch that', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => {
      for (;;) await effect('state', { op: 'get', key: 'k' }).catch(() => {});
    };
    await finish(world);
    expect(world.run()?.failure).toEqual({
      code: 'limit.effects',
      message: 'Expected at most 100 effects, got another; see `limits: { effects }`.',
      status: 503,
      step: 0,
      line: 7,
    });
  });

  test('is one with arguments of more than a megabyte', async () => {
    const world = new World();
    const value = 'x'.repeat(1024 * 1024);
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('state', { op: 'set', key: 'k', value });
    await finish(world);
    expect(world.run()?.failure).toMatchObject({
      code: 'effect.invalid',
      message: 'Expected at most 1048576 bytes of arguments for `state`, got 1048609.',
    });
  });
});

describe('a wait', () => {
  test('holds nothing while it lasts, and ends at its time', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => effect('wait', { until: 90_000_000 });
    const process = await start(world);
    await process.settle();
    expect(process.runs.live.size).toBe(0);
    expect(world.run()).toMatchObject({ status: 'waiting', dueAt: 90_000_000 });
    world.time.jump(89_999_999);
    await process.settle();
    expect(world.run()?.status).toBe('waiting');
    await process.until(() => ended(world));
    expect(world.time.now).toBeGreaterThanOrEqual(90_000_000);
    expect(world.time.now).toBeLessThan(90_000_100);
    expect(world.disk.entry(world.run()?.id ?? '', 0)?.ended?.result).toEqual({
      ok: true,
      value: 'null',
    });
  });

  test('can be a deadline for what happens beside it', async () => {
    const world = new World();
    world.replies.a = () => ({ status: 503, headers: [['retry-after', '20']] });
    world.sandbox.scripts.main = async ({ effect }) =>
      Promise.race([
        effect(...http('a', { attempts: 2 })),
        effect('wait', { until: 1_005_000 }).then(() => 'too late'),
      ]);
    await finish(world);
    expect(world.run()?.value).toBe('"too late"');
  });
});

describe('`call`', () => {
  test('runs a function with its own record and gives its value', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: 'fprice', inputs: { n: 4 } });
    world.sandbox.scripts.fprice = async ({ effect, inputs }) => {
      await effect(...http('a'));
      return inputs;
    };
    await finish(world);
    expect(world.run()?.value).toBe('{"n":4}');
    expect(world.run('fprice')).toMatchObject({
      status: 'succeeded',
      binding: -1,
      caller: { runId: world.run()?.id, effect: 0 },
    });
  });

  test('of a function that waits makes the caller wait, and both go on', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: 'fwait', inputs: {} });
    world.sandbox.scripts.fwait = async ({ effect }) => {
      await effect('wait', { until: 50_000_000 });
      return 'rested';
    };
    const process = await start(world);
    await process.settle();
    expect(process.runs.live.size).toBe(0);
    expect(world.run()).toMatchObject({ status: 'waiting', dueAt: 50_000_000 });
    expect(world.run('fwait')?.dueAt).toBeUndefined();
    world.time.jump(50_000_000);
    await process.until(() => ended(world));
    expect(world.run()?.value).toBe('"rested"');
  });

  test.each([
    ['fails', 'The function "ffails" failed: Error: no'],
    ['missing', 'No fmissing.'],
    [
      'inputs',
      'finputs: Expected an input that the automation declares, got `m`. Did you mean "n"?',
    ],
  ])('of a function with trouble (%s) fails and says why', async (name, message) => {
    const world = new World();
    world.sandbox.scripts.ffails = async () => Promise.reject(new Error('no'));
    world.sandbox.scripts.finputs = async () => 1;
    const inputs = name === 'inputs' ? { m: 1 } : {};
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: `f${name}`, inputs });
    await finish(world);
    expect(world.run()?.failure?.message).toBe(message);
  });

  test('goes 16 deep and no further', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) =>
      effect('call', { function: 'f', inputs: {} });
    world.sandbox.scripts.f = world.sandbox.scripts.main;
    await finish(world);
    expect(world.disk.runs.size).toBe(17);
    expect(world.run()?.failure?.message).toMatch(
      /Expected at most 16 calls inside each other, got another of "f"\.$/,
    );
  });
});

describe('`emit` and `hook`', () => {
  test('store a message each', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => {
      await effect('emit', { topic: 'order.paid', data: { id: 1 } });
      await effect('hook', { hook: 'crm', data: null });
    };
    await finish(world);
    expect(world.disk.messages).toMatchObject([
      { kind: 'emit', to: 'order.paid', data: '{"id":1}' },
      { kind: 'hook', to: 'crm', data: 'null' },
    ]);
  });
});
