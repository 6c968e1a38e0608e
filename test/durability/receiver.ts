import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it arrived. */
export interface Received {
  readonly life: number;
  /** `/kind/n`, such as `/order/17`. */
  readonly path: string;
  readonly key: string;
  readonly body: string;
}

/**
 * The other side of `http` effects, outside the killed process. `/doomed/…` never succeeds, `/flaky/n` not
 * before it was asked n % 3 times; everything else is answered with how many requests there were so far.
 */
export class Receiver {
  readonly log: Received[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Called when a request has arrived whole, and before it is answered. */
  onReceived: () => void = () => {};

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}); // The other end may be dead.
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when all that a dead process sent has arrived. */
  async quiet(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    try {
      for await (const chunk of request) body.push(chunk as Buffer);
    } catch {
      return; // The sender died within it.
    }
    const { headers, url = '' } = request;
    this.log.push({
      life: Number(headers['x-life']),
      path: url,
      key: String(headers['idempotency-key']),
      body: Buffer.concat(body).toString(),
    });
    this.onReceived();
    response.writeHead(this.#status(url), { 'content-type': 'application/json' });
    response.end(JSON.stringify({ count: this.log.length }));
  }

  #status(path: string): number {
    const [, kind, n] = path.split('/');
    if (kind === 'doomed') return 500;
    if (kind !== 'flaky') return 200;
    const asked = this.log.filter((received) => received.path === path).length;
    return asked > Number(n) % 3 ? 200 : 503;
  }
}
