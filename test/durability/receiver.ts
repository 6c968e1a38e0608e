import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HOOK_PATH } from './hooks.ts';

/** One request as it arrived. */
export interface Received {
  readonly life: number;
  /** `/kind/n`, such as `/order/17`. */
  readonly path: string;
  readonly key: string;
  readonly body: string;
}

/** One attempt of a delivery as it arrived. */
export interface Arrived {
  readonly life: number;
  /** Name of the hook. */
  readonly hook: string;
  /** Of the message. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether it was answered with success. */
  readonly taken: boolean;
}

/**
 * The other side of `http` effects and of hooks, outside the killed process. `/doomed/…` never succeeds, `/flaky/n` not
 * before it was asked n % 3 times, and `/hook/flaky` no message before it was sent up to twice; everything else is answered with how many requests there were so far.
 */
export class Receiver {
  readonly log: Received[] = [];
  readonly arrived: Arrived[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Called when a request has arrived whole, and before it is answered. */
  onReceived: () => void = () => {};
  /** The same for attempts of deliveries. */
  onArrived: () => void = () => {};

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
    if (url.startsWith(HOOK_PATH)) {
      this.#arrive(url.slice(HOOK_PATH.length), headers, Buffer.concat(body).toString(), response);
      return;
    }
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

  #arrive(
    hook: string,
    headers: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
  ): void {
    const id = String(headers['webhook-id']);
    const before = this.arrived.filter((one) => one.hook === hook && one.id === id).length;
    const taken = hook !== 'flaky' || before >= id.charCodeAt(id.length - 1) % 3;
    this.arrived.push({ life: Number(headers['x-life']), hook, id, headers, body, taken });
    this.onArrived();
    // Not 503, after which the server would leave the hook alone for longer and longer.
    response.writeHead(taken ? 204 : 409).end();
  }

  #status(path: string): number {
    const [, kind, n] = path.split('/');
    if (kind === 'doomed') return 500;
    if (kind !== 'flaky') return 200;
    const asked = this.log.filter((received) => received.path === path).length;
    return asked > Number(n) % 3 ? 200 : 503;
  }
}
