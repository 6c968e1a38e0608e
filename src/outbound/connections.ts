import type { Socket } from 'node:net';
import type { Client } from 'undici';
import { OutboundError } from '../core/outbound.ts';
import type { Deadline } from './deadline.ts';
import { passOverContinue } from './interim.ts';
import type { OutboundLimits } from './limits.ts';
import type { Destination } from './request-url.ts';

/** An open connection to one address of one origin. At most one request is on it at a time. */
export interface Connection {
  readonly key: string;
  readonly client: Client;
  /** To be called before each request. */
  readonly begin: () => void;
  /** Requests that were sent over it. */
  requests: number;
  /** The socket is gone. */
  lost: boolean;
}

interface Waiter {
  readonly key: string;
  /** With a connection that was idle, or with `undefined`: a place is free for a new one. */
  readonly wake: (connection: Connection | undefined) => void;
}

/**
 * The connections that are open, by origin and address. The address belongs to the key, so that a
 * request takes over a connection only where the rules have just allowed that very address for it.
 */
export class Connections {
  readonly #limits: OutboundLimits;
  readonly #idle = new Map<string, Connection[]>();
  /** Open ones and those being dialled. */
  readonly #places = new Map<string, number>();
  #total = 0;
  readonly #waiters: Waiter[] = [];

  constructor(limits: OutboundLimits) {
    this.#limits = limits;
  }

  /**
   * An idle connection, or `undefined` with a place reserved: then `open` or `abandon` must follow.
   *
   * @throws OutboundError `egress.busy`, or what the deadline says
   */
  take(key: string, origin: string, deadline: Deadline): Promise<Connection | undefined> {
    return new Promise((resolve, reject) => {
      const served = this.#serve(key);
      if (served !== 'none') {
        resolve(served === 'place' ? undefined : served);
        return;
      }
      if (this.#waiters.length >= this.#limits.waiting) {
        const message = `Expected a free connection to ${origin}, got ${this.#waiters.length} requests waiting for one already. Send less at once.`;
        reject(new OutboundError('egress.busy', message));
        return;
      }
      deadline.doing = 'waiting for a free connection';
      const waiter: Waiter = {
        key,
        wake: (connection) => {
          release();
          resolve(connection);
        },
      };
      this.#waiters.push(waiter);
      const release = deadline.whenOver(() => {
        const index = this.#waiters.indexOf(waiter);
        if (index !== -1) this.#waiters.splice(index, 1);
        reject(deadline.error(false));
      });
    });
  }

  /** Gives back a place for which no connection came about. */
  abandon(key: string): void {
    this.#leave(key);
    this.#wakeNext();
  }

  /** Puts an open socket into the reserved place. */
  async open(key: string, destination: Destination, socket: Socket): Promise<Connection> {
    const client = await makeClient(destination, socket, this.#limits);
    const begin = passOverContinue(socket, this.#limits.responseHeaderBytes);
    const connection: Connection = { key, client, begin, requests: 0, lost: false };
    client.once('disconnect', () => this.#lost(connection));
    return connection;
  }

  /** Ends the use of a connection; one that failed, or was used enough, is closed. */
  release(connection: Connection, reusable: boolean): void {
    const usedUp = connection.requests >= this.#limits.requestsPerConnection;
    if (!reusable || usedUp || connection.lost) {
      this.#destroy(connection);
      this.#wakeNext();
      return;
    }
    const index = this.#waiters.findIndex(({ key }) => key === connection.key);
    const [waiter] = index === -1 ? [] : this.#waiters.splice(index, 1);
    if (waiter !== undefined) {
      waiter.wake(connection);
      return;
    }
    const idle = this.#idle.get(connection.key) ?? [];
    idle.push(connection);
    this.#idle.set(connection.key, idle);
    this.#wakeNext();
  }

  /** Closes the idle ones; to be called when none is in use. */
  closeIdle(): void {
    for (const connections of [...this.#idle.values()]) {
      for (const connection of [...connections]) this.#destroy(connection);
    }
  }

  /** Open connections and those being dialled. */
  get size(): number {
    return this.#total;
  }

  #serve(key: string): Connection | 'place' | 'none' {
    const idle = this.#idle.get(key)?.at(-1);
    if (idle !== undefined) {
      this.#forgetIdle(idle);
      return idle;
    }
    if ((this.#places.get(key) ?? 0) >= this.#limits.connectionsPerAddress) return 'none';
    if (this.#total >= this.#limits.connections && !this.#evict()) return 'none';
    this.#places.set(key, (this.#places.get(key) ?? 0) + 1);
    this.#total += 1;
    return 'place';
  }

  #wakeNext(): void {
    for (let index = 0; index < this.#waiters.length; ) {
      const waiter = this.#waiters[index] as Waiter;
      const served = this.#serve(waiter.key);
      if (served === 'none') {
        index += 1;
        continue;
      }
      this.#waiters.splice(index, 1);
      waiter.wake(served === 'place' ? undefined : served);
    }
  }

  /** Closes an idle connection, the one to the address that was idle first; returns whether one was. */
  #evict(): boolean {
    const [connections] = this.#idle.values();
    const oldest = connections?.[0];
    if (oldest === undefined) return false;
    this.#destroy(oldest);
    return true;
  }

  /** The receiver closed it, or its idle time is over. One in use is closed by `release`. */
  #lost(connection: Connection): void {
    connection.lost = true;
    if (!this.#forgetIdle(connection)) return;
    this.#destroy(connection);
    this.#wakeNext();
  }

  #destroy(connection: Connection): void {
    this.#forgetIdle(connection);
    this.#leave(connection.key);
    connection.client.destroy().catch(() => {}); // It never rejects; the socket is gone either way.
  }

  #forgetIdle(connection: Connection): boolean {
    const idle = this.#idle.get(connection.key) ?? [];
    const index = idle.indexOf(connection);
    if (index === -1) return false;
    idle.splice(index, 1);
    if (idle.length === 0) this.#idle.delete(connection.key);
    return true;
  }

  #leave(key: string): void {
    const places = (this.#places.get(key) ?? 0) - 1;
    if (places > 0) this.#places.set(key, places);
    else this.#places.delete(key);
    this.#total -= 1;
  }
}

/**
 * undici's HTTP/1.1 on a socket that is open already. It is imported here, at the first request,
 * because it takes 100 ms that the server's start does not have.
 */
async function makeClient(
  destination: Destination,
  socket: Socket,
  limits: OutboundLimits,
): Promise<Client> {
  const { Client } = await import('undici');
  let unused: Socket | undefined = socket;
  return new Client(destination.origin, {
    // A client that lost its connection would make another one. Without a socket for that the request
    // fails unsent, and begins anew with a look at the rules.
    connect: (_options, callback) => {
      const mine = unused;
      unused = undefined;
      // Not at once: undici ignores a socket that it is given before this function has returned.
      queueMicrotask(() => {
        if (mine === undefined) callback(lostUnsent(destination.origin), null);
        else callback(null, mine);
      });
    },
    pipelining: 1,
    keepAliveTimeout: limits.idleMs,
    keepAliveMaxTimeout: limits.idleMsMax,
    maxHeaderSize: limits.responseHeaderBytes,
    // The deadline of each request covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function lostUnsent(origin: string): OutboundError {
  return new OutboundError(
    'egress.connect',
    `Expected ${origin} to keep its connection open, got it closed before the request was sent.`,
  );
}
