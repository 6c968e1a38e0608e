import net from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../outbound/parts.ts';
import { eventually, Program } from './program.ts';
import { type Received, Receiver } from './receiver.ts';

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

/** By the libraries of both senders' worlds; throws where the signature is wrong. */
function verified(secret: string, { body, headers }: Received): unknown {
  const named = Object.fromEntries(
    ['id', 'timestamp', 'signature'].map((name) => [
      `webhook-${name}`,
      headers[`webhook-${name}`] as string,
    ]),
  );
  const svix = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name.replace('webhook', 'svix'), value]),
  );
  new SvixWebhook(secret).verify(body, svix);
  return new Webhook(secret).verify(body, named);
}

const idsOf = (list: readonly Received[]) => list.map(({ headers }) => headers['webhook-id']);

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

/** Answers each connection's request with what is not an answer. */
function rawReceiver(
  onRequest: (socket: net.Socket) => void,
): Promise<{ url: string; port: number; close: () => Promise<void> }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => onRequest(socket));
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(() => void close().catch(() => {}));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, port, close });
    });
  });
}

const GIGABYTE = 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

/** Ways in which a receiver does not take a message, on a socket that has got the request. */
const MISBEHAVIOURS: Readonly<Record<string, (socket: net.Socket) => void>> = {
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'closes without an answer': (socket) => socket.end(),
  hangs: () => {},
  drips: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(timer));
  },
  redirects: (socket) =>
    socket.end(
      'HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n',
    ),
  fails: (socket) => socket.end('HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno'),
  'is overloaded': (socket) =>
    socket.end('HTTP/1.1 429 Slow\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n'),
  'announces a wrong length': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'),
  'is not HTTP': (socket) => socket.end('220 mail.example.com ESMTP\r\n'),
};

describe('a receiver that misbehaves', () => {
  test('gets each message at least once in the end, signed, and delays no other', async () => {
    const good = await Receiver.open();
    const hooks: { name: string; secret: string; mend?: () => Promise<void> }[] = [];
    const create = async (name: string, url: string, mend?: () => Promise<void>) => {
      const { secret } = await program.api('POST', '/hooks', {
        name,
        topics: ['order.*'],
        url,
        timeout: '300ms',
        // Twice at once, then so slowly that a busy machine has time to mend the hook.
        retries: ['50ms', '50ms', ...Array.from({ length: 40 }, () => '2s')],
      });
      hooks.push({ name, secret, ...(mend === undefined ? {} : { mend }) });
    };
    await create('good', `${good.url}/good`);
    const mended = (name: string) => async () => {
      await program.api('PATCH', `/hooks/${encodeURIComponent(name)}`, {
        url: `${good.url}/${encodeURIComponent(name)}`,
      });
    };
    for (const [name, misbehave] of Object.entries(MISBEHAVIOURS)) {
      const { url } = await rawReceiver(misbehave);
      await create(name, url, mended(name));
    }
    const refusing = `http://127.0.0.1:${await closedPort()}`;
    await create('refuses', refusing, mended('refuses'));
    await create('bad TLS', good.url.replace('http:', 'https:'), mended('bad TLS'));
    // These two have taken the message, whatever comes after the status.
    const endless = await rawReceiver((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${GIGABYTE}\r\n\r\n`);
      const pump = (): void => {
        while (!socket.destroyed && socket.write(CHUNK));
      };
      socket.on('drain', pump);
      pump();
    });
    await create('answers 1 GB', endless.url);
    const closing = await rawReceiver((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'),
    );
    await create('closes after the body', closing.url);

    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push((await program.api('POST', '/messages', { topic: 'order.paid', data: { n } })).id);
    }
    // Each is tried, and tried again, while the good one has everything.
    await eventually(
      () => good.accepted,
      (list) => list.filter(({ path }) => path === '/good').length === 5,
    );
    for (const { name, mend } of hooks) {
      const query = `/deliveries?hook=${encodeURIComponent(name)}`;
      if (mend === undefined) continue;
      await eventually(
        () => program.api('GET', query),
        ({ deliveries }) => deliveries.some(({ attempts }: any) => attempts >= 2),
      );
      await mend();
    }
    for (const { name, secret, mend } of hooks) {
      const { deliveries } = await eventually(
        () => program.api('GET', `/deliveries?hook=${encodeURIComponent(name)}`),
        ({ deliveries }) => deliveries.every(({ status }: any) => status === 'succeeded'),
      );
      expect(deliveries, name).toHaveLength(5);
      if (mend === undefined && name !== 'good') continue;
      const path = `/${encodeURIComponent(name)}`;
      const got = good.accepted.filter((received) => received.path === path);
      expect(new Set(idsOf(got)), name).toEqual(new Set(ids));
      for (const received of got) verified(secret, received);
    }
    const { deliveries } = await program.api('GET', '/deliveries?hook=answers%201%20GB');
    const { log } = await program.api('GET', `/deliveries/${deliveries[0].id}`);
    expect(log[0].response).toMatchObject({ truncated: true, body: { size: 64 * 1024 } });
  }, 120_000);
});
