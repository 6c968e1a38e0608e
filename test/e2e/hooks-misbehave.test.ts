import net from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../outbound/parts.ts';
import { eventually, Program } from './program.ts';
import { idsOf, Receiver, verified } from './receiver.ts';

let program: Program;

beforeAll(async () => {
  program = await Program.start({ env: { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' } });
});

afterAll(() => program[Symbol.asyncDispose]());

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
    // Each is tried, and tried again, while the good one has everything; a repeat where the machine is slow.
    await eventually(
      () => new Set(idsOf(good.accepted.filter(({ path }) => path === '/good'))).size,
      (count) => count === 5,
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
