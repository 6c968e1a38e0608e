import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionsFor, limitConnections } from '../../src/http/connections.ts';
import { RememberingLog } from '../engine/parts.ts';

let server: Server;
let log: RememberingLog;
let timers: (() => void)[];
let sockets: Socket[];

beforeEach(async () => {
  log = new RememberingLog();
  timers = [];
  sockets = [];
  server = createServer((_, response) => response.end('here'));
  const timer = (_: number, wake: () => void) => {
    timers.push(wake);
    return () => {};
  };
  limitConnections(server, 2, { log, timer });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** What comes on a new connection that asks for something: nothing where it is closed at once. */
async function ask(): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {}); // One that is refused may end in a reset.
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return new Promise((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.once('close', () => resolve(''));
  });
}

test('connections that are too many are closed, told of together, and taken when others have ended', async () => {
  expect(await ask()).toMatch(/here$/);
  expect(await ask()).toMatch(/here$/);
  expect(await ask()).toBe('');
  expect(await ask()).toBe('');
  expect(log.lines).toEqual([]);
  expect(timers).toHaveLength(1);
  timers.pop()?.();
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'connections.refused',
      fields: { refused: 2, connections_max: 2 },
    },
  ]);
  sockets[0]?.destroy();
  await waitForConnections(1);
  expect(await ask()).toMatch(/here$/);
  expect(await ask()).toBe('');
  expect(timers).toHaveLength(1);
});

test('requests that are let in at once have a connection each', () => {
  expect(connectionsFor(1000)).toBe(8192);
  expect(connectionsFor(100_000)).toBe(200_000);
});

/** Until so many are open. */
async function waitForConnections(count: number): Promise<void> {
  for (;;) {
    const open = await new Promise((resolve) => server.getConnections((_, n) => resolve(n)));
    if (open === count) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
