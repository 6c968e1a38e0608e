import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Program } from './program.ts';
import { idsOf, Receiver, verified } from './receiver.ts';

let program: Program;

beforeAll(async () => {
  program = await Program.start({
    env: { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' },
    automations: {
      'pay.yaml': [
        'automation: pay',
        'policy: { hooks: ["order.*", warehouse] }',
        'steps:',
        '  - emit: { topic: order.paid, data: { id: "${{ request.json.id }}" } }',
        '  - hook: { name: warehouse, data: { direct: true } }',
        '  - return: { status: 200, json: { ok: true } }',
      ].join('\n'),
    },
  });
});

// Each test has hooks and topics of its own.
afterEach(async () => {
  const { hooks } = await program.api('GET', '/hooks');
  for (const { id } of hooks) await program.api('DELETE', `/hooks/${id}`);
});

afterAll(() => program[Symbol.asyncDispose]());

describe('a hook', () => {
  test('gets what an automation emits, signed, and the delivery tells how it went', async () => {
    const receiver = await Receiver.open();
    receiver.behave = (response) => response.writeHead(200, { 'x-seen': '1' }).end('thanks');
    const hook = await program.api('POST', '/hooks', {
      name: 'warehouse',
      topics: ['order.*'],
      url: `${receiver.url}/in`,
      headers: { authorization: 'Bearer of-the-warehouse' },
    });
    const url = await program.webhook('pay');
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":7}',
    });
    await eventually(
      () => receiver.accepted,
      (list) => list.length === 2,
    );
    const bodies = receiver.accepted.map((received) => verified(hook.secret, received));
    expect(bodies).toEqual(expect.arrayContaining([{ id: 7 }, { direct: true }]));
    const emitted = receiver.accepted.find(({ body }) => body === '{"id":7}')!;
    expect(emitted.headers).toMatchObject({
      authorization: 'Bearer of-the-warehouse',
      'webhook-topic': 'order.paid',
    });
    const { deliveries } = await eventually(
      () => program.api('GET', '/deliveries?hook=warehouse&status=succeeded'),
      ({ deliveries }) => deliveries.length === 2,
    );
    const { log } = await program.api('GET', `/deliveries/${deliveries[1].id}`);
    expect(log).toMatchObject([
      {
        number: 1,
        request: { method: 'POST', url: `${receiver.url}/in`, body: null },
        response: {
          status: 200,
          body: { content: 'thanks' },
          truncated: false,
          address: '127.0.0.1',
        },
        error: null,
      },
    ]);
    expect(new Map(log[0].request.headers).get('authorization')).toBe('***');
    expect(JSON.stringify([await program.api('GET', '/hooks'), program.output])).not.toContain(
      'of-the-warehouse',
    );
    expect(program.output).not.toContain(hook.secret);
  });

  test('of WooCommerce’s kind is pinged when it is first active, and disabled by its fifth failure', async () => {
    const receiver = await Receiver.open();
    const shop = await program.api('POST', '/hooks', {
      name: 'shop',
      profile: 'woocommerce',
      topics: ['shop.*'],
      url: receiver.url,
      retries: ['1ms', '1ms', '1ms', '1ms', '1ms', '1ms'],
      paused: true,
    });
    const watcher = await program.api('POST', '/hooks', {
      topics: ['hookwright.**', '**'],
      url: `${receiver.url}/watch`,
    });
    expect(watcher.name).toMatch(/^Hook created on \d{4}-\d\d-\d\d, \d\d:\d\d$/);
    await program.api('POST', '/hooks/shop/resume', {});
    await eventually(
      () => receiver.accepted,
      (list) => list.length === 1,
    );
    expect(receiver.accepted[0]!.body).toBe(`webhook_id=${shop.number}`);
    receiver.behave = (response, { path }) =>
      response.writeHead(path === '/watch' ? 200 : 500).end();
    await program.api('POST', '/messages', { topic: 'shop.created', data: { id: 1 } });
    const disabled = await eventually(
      () => program.api('GET', '/hooks/shop'),
      ({ status }) => status === 'disabled',
    );
    expect(disabled.health).toMatchObject({ failures: 5, disabled_because: 'failures' });
    const told = await eventually(
      () => receiver.accepted.filter(({ path }) => path === '/watch'),
      (list) => list.length === 4,
    );
    expect(told.map(({ headers }) => headers['webhook-topic']).sort()).toEqual([
      'hookwright.hook.disabled',
      'hookwright.hook.failing',
      'hookwright.hook.failing',
      'shop.created',
    ]);
    await program.api('POST', '/messages', { topic: 'shop.missed', data: { id: 2 } });
    receiver.behave = (response) => response.writeHead(302, { location: '/' }).end();
    expect(await program.api('PATCH', '/hooks/shop', {})).toMatchObject({
      status: 'active',
      health: { failures: 0, disabled_because: null },
    });
    expect(await program.api('POST', '/hooks/shop/resume', { missed_since: '1h' })).toMatchObject({
      resent: 1,
    });
    await eventually(
      () => program.api('GET', '/deliveries?hook=shop&status=succeeded'),
      ({ deliveries }) => deliveries.length === 3,
    );
  });

  test('is left alone after 410, and its deliveries are held until it is resumed', async () => {
    const receiver = await Receiver.open();
    receiver.behave = (response) => response.writeHead(410).end();
    await program.api('POST', '/hooks', {
      name: 'h',
      topics: ['a.b'],
      url: receiver.url,
      retries: ['1ms'],
    });
    const { id } = await program.api('POST', '/messages', { topic: 'a.b', data: {} });
    await eventually(
      () => program.api('GET', '/hooks/h'),
      ({ status }) => status === 'disabled',
    );
    receiver.behave = (response) => response.writeHead(200).end();
    await program.api('POST', '/hooks/h/resume', {});
    await eventually(
      () => receiver.accepted,
      (list) => list.length === 1,
    );
    expect(idsOf(receiver.accepted)).toEqual([id]);
    expect(receiver.received).toHaveLength(2);
  });

  test('gets at once what waits for its repetition when it is resumed, and a single delivery by its id', async () => {
    const receiver = await Receiver.open();
    const settings = { name: 'h', topics: ['a.b'], url: receiver.url, retries: ['1h'] };
    await program.api('POST', '/hooks', settings);
    for (const path of [() => '/hooks/h/resume', (id: string) => `/deliveries/${id}/resend`]) {
      receiver.behave = (response) => response.writeHead(404).end();
      const { id } = await program.api('POST', '/messages', { topic: 'a.b', data: {} });
      const waiting = await eventually(
        async () => (await program.api('GET', `/deliveries?message=${id}`)).deliveries[0],
        ({ attempts, status }) => attempts === 1 && status === 'pending',
      );
      receiver.behave = (response) => response.writeHead(204).end();
      await program.api('POST', path(waiting.id), {});
      await eventually(
        () => program.api('GET', `/deliveries/${waiting.id}`),
        ({ status }) => status === 'succeeded',
      );
    }
  });

  test('is pinged by hand whatever its status, and neither gets anything else nor is judged by it', async () => {
    const receiver = await Receiver.open();
    receiver.behave = (response) => response.writeHead(410).end();
    const { id: hookId } = await program.api('POST', '/hooks', {
      name: 'h',
      topics: ['a.*'],
      url: receiver.url,
      ordered: true,
    });
    const ping = async (): Promise<string> => {
      const { id } = await program.api('POST', '/hooks/h/ping');
      const { status } = await eventually(
        () => program.api('GET', `/deliveries/${id}`),
        ({ ended_at }) => ended_at !== null,
      );
      return status;
    };
    // Not even 410 counts where a person asked for it.
    expect(await ping()).toBe('failed');
    expect(await program.api('GET', '/hooks/h')).toMatchObject({
      status: 'active',
      health: { failures: 0 },
    });
    await program.api('POST', '/messages', { topic: 'a.b', data: {} });
    const disabled = await eventually(
      () => program.api('GET', '/hooks/h'),
      ({ status }) => status === 'disabled',
    );
    receiver.behave = (response) => response.writeHead(204).end();
    for (const status of ['disabled', 'paused']) {
      if (status === 'paused') await program.api('POST', '/hooks/h/pause', {});
      const before = await program.api('GET', '/hooks/h');
      expect(before.status).toBe(status);
      expect(await ping()).toBe('succeeded');
      expect(await program.api('GET', '/hooks/h')).toEqual(before);
    }
    expect(disabled.health).toMatchObject({ disabled_because: 'gone' });
    expect(receiver.accepted.map(({ headers }) => headers['webhook-topic'])).toEqual([
      'hookwright.ping',
      'hookwright.ping',
    ]);
    expect(JSON.parse(receiver.accepted[0]!.body)).toEqual({ hook: { id: hookId, name: 'h' } });
    const { deliveries } = await program.api('GET', '/deliveries?hook=h&status=pending');
    expect(deliveries).toHaveLength(1);
  });

  test('that keeps order gets messages one after the other, failures included', async () => {
    const receiver = await Receiver.open();
    let failures = 3;
    receiver.behave = (response) => response.writeHead(failures-- > 0 ? 400 : 200).end();
    await program.api('POST', '/hooks', {
      topics: ['line.*'],
      url: receiver.url,
      ordered: true,
      retries: ['1ms', '1ms', '1ms'],
    });
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) {
      ids.push((await program.api('POST', '/messages', { topic: 'line.n', data: { n } })).id);
    }
    await eventually(
      () => receiver.accepted,
      (list) => list.length === 10,
    );
    expect(idsOf(receiver.accepted)).toEqual(ids);
  });

  test('that is deleted gets nothing more; one that is paused gets it when it is resumed', async () => {
    const receiver = await Receiver.open();
    for (const name of ['gone', 'stays']) {
      await program.api('POST', '/hooks', {
        name,
        topics: ['a.*'],
        url: `${receiver.url}/${name}`,
        paused: true,
      });
    }
    const { id } = await program.api('POST', '/messages', { topic: 'a.b', data: { n: 1 } });
    expect(await program.api('DELETE', '/hooks/gone')).toMatchObject({
      name: 'gone',
      cancelled: 1,
    });
    await program.api('POST', '/hooks/stays/resume', {});
    await eventually(
      () => receiver.accepted,
      (list) => list.length === 1,
    );
    expect(receiver.received.map(({ path }) => path)).toEqual(['/stays']);
    const { deliveries } = await program.api('GET', `/messages/${id}`);
    expect(deliveries.map(({ hook, status }: any) => [hook, status])).toEqual(
      expect.arrayContaining([[null, 'cancelled']]),
    );
  });

  test('signs with the new secret and the one before after a rotation', async () => {
    const receiver = await Receiver.open();
    const { secret: before } = await program.api('POST', '/hooks', {
      name: 'h',
      topics: ['a.*'],
      url: receiver.url,
    });
    const { secret: now, previous_until } = await program.api('POST', '/hooks/h/rotate', {});
    expect(now).not.toBe(before);
    expect(Date.parse(previous_until)).toBeGreaterThan(Date.now() + 86_000_000);
    await program.api('POST', '/messages', { topic: 'a.b', data: { n: 1 } });
    await eventually(
      () => receiver.accepted,
      (list) => list.length === 1,
    );
    for (const secret of [before, now])
      expect(verified(secret, receiver.accepted[0]!)).toEqual({ n: 1 });
  });
});
