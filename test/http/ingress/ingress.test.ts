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
/** More than a socket takes that nobody reads from. */
const LARGE_ANSWER = 'x'.repeat(16 * 1024 * 1024);

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

/** All that comes until the other side closes. */
async function read(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += (chunk as Buffer).toString('latin1');
  return text;
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

test('an answer that is given while the server stops says that its connection ends', async () => {
  let closed: Promise<void> | undefined;
  answer = () => {
    closed = ingress.close();
    return { status: 200, headers: [], body: 'done' };
  };
  const socket = await open();
  socket.write(post(5));
  expect(await read(socket)).toMatch(/^HTTP\/1.1 200 .*\r\nconnection: close\r\n.*done$/is);
  await closed;
});

describe('an answer that is read slowly', () => {
  beforeEach(() => {
    answer = () => ({ status: 200, headers: [], body: LARGE_ANSWER });
  });

  test('is written to its end before the ingress is closed', async () => {
    const socket = await open();
    socket.pause();
    socket.write(post(1));
    await new Promise((resolve) => socket.once('readable', resolve));
    let isClosed = false;
    const closed = ingress.close().then(() => {
      isClosed = true;
    });
    const other = await open();
    other.write(post(1));
    expect(await status(other)).toBe(503);
    expect(isClosed).toBe(false);
    let size = 0;
    socket.on('data', (chunk) => {
      size += chunk.length;
    });
    await closed;
    server.closeAllConnections();
    await once(socket, 'close');
    expect(size).toBeGreaterThan(LARGE_ANSWER.length);
  });

  test('counts as memory until it is read', async () => {
    const [slow, other] = [await open(), await open()];
    slow.pause();
    const written = new Promise((resolve) => {
      server.once('request', (_, outgoing) => outgoing.once('close', resolve));
    });
    slow.write(post(1));
    await new Promise((resolve) => slow.once('readable', resolve));
    answer = () => ({ status: 200, headers: [], body: 'done' });
    other.write(post(1));
    expect(await status(other)).toBe(503);
    slow.resume();
    await written;
    other.write(post(1));
    expect(await status(other)).toBe(200);
  });

  test('holds nothing up when its caller goes away', async () => {
    const socket = await open();
    socket.pause();
    socket.write(post(1));
    await new Promise((resolve) => socket.once('readable', resolve));
    socket.destroy();
    await ingress.close();
  });
});

describe('what is no HTTP behind a request', () => {
  test('does not take the place of the answer that is due', async () => {
    let give = (_: Answer): void => {};
    answer = () =>
      new Promise((resolve) => {
        give = resolve;
      });
    const socket = await open();
    const malformed = once(server, 'clientError');
    socket.write(`${post(5)}what`);
    await malformed;
    const more = once(server, 'clientError');
    socket.write('and again');
    await more;
    give({ status: 201, headers: [], body: 'done' });
    expect(await read(socket)).toMatch(/^HTTP\/1.1 201 .*\r\n\r\ndoneHTTP\/1.1 400 /s);
  });

  test('is answered 400 where it is in the body, which then is none', async () => {
    const socket = await open();
    socket.write(
      `POST ${TARGET} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nwhat\r\n`,
    );
    expect(await read(socket)).toMatch(/^HTTP\/1.1 400 /);
    expect(taken).toBe(0);
  });

  test('is told nothing where its body was refused before', async () => {
    const socket = await open();
    socket.write(
      `POST ${TARGET} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n${'x'.repeat(0x2000)}\r\n`,
    );
    const refused = await status(socket);
    const rest = read(socket);
    socket.write('what\r\n');
    expect([refused, await rest]).toEqual([413, '']);
  });
});
