import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idMaker } from '../../../src/core/ids.ts';
import type { Answer } from '../../../src/core/run.ts';
import { Ingress } from '../../../src/http/ingress/ingress.ts';
import { createHttpServer, createWebhooks } from '../../../src/http/server.ts';
import { RememberingLog, testRoute } from '../../engine/parts.ts';

const TARGET = '/webhooks/token';
const BYTES_MAX = 10_000;

let answer: () => Promise<Answer> | Answer;
let bytesUnderWay: number;
let taken: number;
let ingress: Ingress;
let server: Server;
let sockets: Socket[];

beforeEach(async () => {
  answer = () => ({ status: 200, headers: [], body: 'done' });
  bytesUnderWay = 0;
  taken = 0;
  sockets = [];
  const route = testRoute([]);
  ingress = new Ingress({
    routeOfToken: () => route,
    receiver: {
      eventsUnderWay: 0,
      get bytesUnderWay() {
        return bytesUnderWay;
      },
      receive: async () => {
        taken++;
        return { answer: await answer(), eventId: 'evt_1' };
      },
    },
    limiter: { enter: () => () => {} },
    callers: { judge: () => ({ is: 'accepted', reception: {} }) },
    log: new RememberingLog(),
    clock: () => 0,
    makeId: idMaker(),
    trusted: [],
    publicUrl: undefined,
    bodyBytesMax: 8_000,
    bytesUnderWayMax: BYTES_MAX,
    requestsMax: 100,
  });
  server = createHttpServer(createWebhooks(ingress), new Hono());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {}); // What is cut off may end in a reset.
  await once(socket, 'connect');
  return socket;
}

function post(length: number, body = 'x'.repeat(length)): string {
  return `POST ${TARGET} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

/** The status of the next answer on a connection. */
async function status(socket: Socket): Promise<number> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return Number(/^HTTP\/1.1 (\d+)/.exec(chunk.toString('latin1'))?.[1]);
}

/** Sends the beginning of a request, and waits until so much of its body is there. */
async function begin(socket: Socket, request: string, bytes: number): Promise<IncomingMessage> {
  const arrived = new Promise<IncomingMessage>((resolve) => {
    server.once('request', (incoming) => {
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size === bytes) resolve(incoming);
      });
    });
  });
  socket.write(request);
  return arrived;
}

describe('bodies that are still coming', () => {
  test('count as memory, and what there is no room for is refused', async () => {
    const slow = await open();
    await begin(slow, post(8_000, 'x'.repeat(7_999)), 7_999);
    const [one, two] = [await open(), await open()];
    one.write(post(1_000));
    expect(await status(one)).toBe(200);
    // The byte that is missing would fit; these do not.
    two.write(post(4_000));
    expect(await status(two)).toBe(503);
    expect(taken).toBe(1);
    slow.write('x');
    expect(await status(slow)).toBe(200);
    two.write(post(4_000));
    expect(await status(two)).toBe(200);
  });

  test('count beside those of events under way', async () => {
    const socket = await open();
    bytesUnderWay = 9_000;
    socket.write(post(2_000));
    expect(await status(socket)).toBe(503);
    bytesUnderWay = 0;
    socket.write(post(2_000));
    expect(await status(socket)).toBe(200);
  });

  test('leave room when their callers go away', async () => {
    const gone = await open();
    const incoming = await begin(gone, post(8_000, 'x'.repeat(7_000)), 7_000);
    const ended = new Promise((resolve) => incoming.once('close', resolve));
    gone.destroy();
    await ended;
    const socket = await open();
    socket.write(post(8_000));
    expect(await status(socket)).toBe(200);
  });
});
