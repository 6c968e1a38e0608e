import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Outbound, OutboundError, type OutboundRequest } from '../../src/core/outbound.ts';
import { type OutboundOptions, openOutbound } from '../../src/outbound/open.ts';
import type { Identity } from './certificate.ts';

// The client loads it at its first request; here it must not count against short deadlines.
await import('undici');

/** A client that may call this machine's loopback, closed when the test ends. */
export function open(options: Partial<OutboundOptions> = {}): Outbound {
  const outbound = openOutbound({
    allow: ['127.0.0.0/8'],
    deny: [],
    ownListeners: () => [],
    resolve: noDns,
    ...options,
  });
  onTestFinished(() => outbound.close());
  return outbound;
}

/** Tests that need a name say what it resolves to; none asks the network. */
export async function noDns(host: string): Promise<readonly string[]> {
  throw Object.assign(new Error(`queryA ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
}

export function request(url: string, change: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    method: 'GET',
    url,
    headers: [],
    timeoutMs: 5_000,
    responseBytesMax: 1_000_000,
    redirectsMax: 0,
    ...change,
  };
}

/** The error that the sending ends in; fails where there is an answer or another kind of error. */
export async function failure(sending: Promise<unknown>): Promise<OutboundError> {
  const error = await sending.then(
    () => new Error('there was an answer'),
    (reason: unknown) => reason,
  );
  if (error instanceof OutboundError) return error;
  throw error;
}

/** `code`, whether in doubt, and the whole message, with the port taken out. */
export async function refusal(
  sending: Promise<unknown>,
  ...ports: number[]
): Promise<readonly [string, boolean, string]> {
  const { code, inDoubt, message } = await failure(sending);
  const plain = ports.reduce((text, port) => text.replaceAll(`:${port}`, ':PORT'), message);
  return [code, inDoubt, plain];
}

/** A request as a test's server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface TestServer {
  readonly port: number;
  readonly origin: string;
  /** Requests in the order in which they came, bodies read to their end. */
  readonly seen: Seen[];
  /** Connections that were accepted so far. */
  readonly connections: () => number;
}

type Respond = (response: http.ServerResponse, seen: Seen) => void;

/** An HTTP server on 127.0.0.1, or HTTPS where it is given an identity. */
export async function serve(respond: Respond, identity?: Identity): Promise<TestServer> {
  const seen: Seen[] = [];
  let connections = 0;
  const listener = async (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { rawHeaders } = incoming;
    const one: Seen = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: rawHeaders
        .filter((_, index) => index % 2 === 0)
        .map((name, index) => [name, rawHeaders[index * 2 + 1] ?? ''] as const),
      body: Buffer.concat(chunks).toString(),
    };
    seen.push(one);
    respond(response, one);
  };
  const server = identity ? https.createServer(identity, listener) : http.createServer(listener);
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
  });
  const origin = `${identity ? 'https' : 'http'}://127.0.0.1:${port}`;
  return { port, origin, seen, connections: () => connections };
}

export interface RawServer {
  readonly port: number;
  readonly origin: string;
  readonly connections: () => number;
}

/** A TCP server that does with each connection what the test says. */
export async function serveRaw(onConnection: (socket: Socket) => void): Promise<RawServer> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {}); // The client leaves in the middle of many of these tests.
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { port, origin: `http://127.0.0.1:${port}`, connections: () => connections };
}

/** A TCP server that answers each connection's first bytes with this text. */
export function serveText(text: string, end = true): Promise<RawServer> {
  return serveRaw((socket) => {
    socket.once('data', () => {
      if (end) socket.end(text, 'latin1');
      else socket.write(text, 'latin1');
    });
  });
}

/** A port on 127.0.0.1 that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The value of a header that a server saw, by name in any case. */
export function header(seen: Seen | undefined, name: string): string | undefined {
  return seen?.headers.find(([known]) => known.toLowerCase() === name)?.[1];
}
