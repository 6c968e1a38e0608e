import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { onTestFinished } from 'vitest';

/** A request that a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver does with a request; the default is 204. */
type Behave = (response: http.ServerResponse, received: Received, socket: Socket) => void;

/** Where hooks send to, on a port of this machine. */
export class Receiver {
  readonly received: Received[] = [];
  /** Requests that were answered with success: those that count as arrived. */
  readonly accepted: Received[] = [];
  behave: Behave = (response) => response.writeHead(204).end();
  readonly #server: http.Server;

  private constructor() {
    this.#server = http.createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', () => {}); // The sender may be killed in the middle.
      incoming.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const received = { path: incoming.url ?? '', headers: incoming.headers, body };
        this.received.push(received);
        response.on('error', () => {});
        response.on('finish', () => {
          if (response.statusCode < 300) this.accepted.push(received);
        });
        this.behave(response, received, incoming.socket);
      });
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.listen(0);
    onTestFinished(() => receiver.close());
    return receiver;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** What was sent, checked by the libraries of both senders' worlds; throws where the signature is wrong. */
export function verified(secret: string, { body, headers }: Received): unknown {
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

export function idsOf(list: readonly Received[]): unknown[] {
  return list.map(({ headers }) => headers['webhook-id']);
}
