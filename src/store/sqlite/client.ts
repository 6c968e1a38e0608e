import { HookwrightError } from '../../core/errors.ts';
import type { Store } from '../../engine/ports.ts';
import type { WriteCall, Written } from './batch.ts';
import { hookStoreOf } from './client-hooks.ts';
import { fromFailureData } from './failure.ts';
import type { Call, Channel, FromThread, Returns, ToThread } from './protocol.ts';
import { WriteQueue } from './write-queue.ts';

/** Reads and rare writes that wait for the thread at once; each may hold a page of events. */
const CALLS_UNDER_WAY_MAX = 1000;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HookwrightError) => void;
}

/** The main thread's end of the port to `serveStore`. */
export class StoreClient {
  /** Rejects with what `openDatabase` threw. */
  readonly opened: Promise<void>;
  readonly #post: Channel<ToThread>['postMessage'];
  readonly #queue: WriteQueue;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  /** Why no further call is taken. */
  #refused: HookwrightError | undefined;
  #lost: HookwrightError | undefined;
  #opening: Pending | undefined;
  #closing: Promise<void> | undefined;
  #closed: Pending | undefined;

  /** @param onCommit is told how many writes each commit held */
  constructor(channel: Channel<ToThread>, onCommit: (calls: number) => void = () => {}) {
    this.#post = channel.postMessage;
    this.#queue = new WriteQueue((batch) => this.#post(batch, [batch.data]), onCommit);
    this.opened = new Promise<unknown>((resolve, reject) => {
      this.#opening = { resolve, reject };
    }) as Promise<void>;
  }

  write<C extends WriteCall>(call: C): Promise<Written[C['kind']]> {
    return this.#queue.write(call);
  }

  ask<C extends Call>(call: C): Promise<Returns[C['method']]> {
    return new Promise((resolve, reject) => {
      const full = this.#pending.size >= CALLS_UNDER_WAY_MAX;
      const refusal = this.#refused ?? (full ? tooMany() : undefined);
      if (refusal !== undefined) return reject(refusal);
      const id = this.#nextId++;
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#post({ type: 'call', id, call }, []);
    });
  }

  receive(message: FromThread): void {
    switch (message.type) {
      case 'opened':
        this.#opening?.resolve(undefined);
        break;
      case 'refused':
        this.#opening?.reject(fromFailureData(message.failure));
        break;
      case 'written':
        this.#queue.written(message);
        break;
      case 'returned':
        this.#take(message.id)?.resolve(message.value);
        break;
      case 'threw':
        this.#take(message.id)?.reject(fromFailureData(message.failure));
        break;
      case 'closed':
        if (message.failure === undefined) this.#closed?.resolve(undefined);
        else this.#closed?.reject(fromFailureData(message.failure));
    }
  }

  /** The other end is gone: rejects everything, now and from now on. */
  lost(error: HookwrightError): void {
    this.#lost = error;
    this.#refused ??= error;
    this.#queue.fail(error);
    for (const call of this.#pending.values()) call.reject(error);
    this.#pending.clear();
    this.#opening?.reject(error);
    this.#closed?.reject(error);
  }

  /** Refuses new work at once, commits what was accepted, and closes the other end. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#refused = closedError();
    this.#queue.refuse(this.#refused);
    await this.#queue.drained();
    if (this.#lost !== undefined) throw this.#lost;
    await new Promise<unknown>((resolve, reject) => {
      this.#closed = { resolve, reject };
      this.#post({ type: 'close' }, []);
    });
  }

  #take(id: number): Pending | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }
}

/** The store as the engine sees it. */
export function storeOf(client: StoreClient): Store {
  return {
    capture: (event, status, message, key) =>
      client.write({ kind: 'capture', event, status, message, key }),
    settle: (eventId, status, runs) => client.write({ kind: 'settle', eventId, status, runs }),
    event: (eventId) => client.ask({ method: 'event', eventId }),
    events: (filter) => client.ask({ method: 'events', filter }),
    pendingEvents: (before, countMax) => client.ask({ method: 'pendingEvents', before, countMax }),
    runsOf: (eventId) => client.ask({ method: 'runsOf', eventId }),
    run: (runId) => client.ask({ method: 'run', runId }),
    advance: (step) => client.write({ kind: 'advance', step }),
    performState: (place, args) =>
      client.write({ kind: 'perform', place, act: { kind: 'state', args } }),
    storeMessage: (place, message) =>
      client.write({ kind: 'perform', place, act: { kind: 'message', message } }),
    journal: (runId) => client.ask({ method: 'journal', runId }),
    claim: (owner, now, leaseMs, countMax) =>
      client.ask({ method: 'claim', owner, now, leaseMs, countMax }),
    renew: (owner, runIds, until) => client.ask({ method: 'renew', owner, runIds, until }),
    nextDue: () => client.ask({ method: 'nextDue' }),
    runs: (filter) => client.ask({ method: 'runs', filter }),
    openRuns: () => client.ask({ method: 'openRuns' }),
    expireState: (now, countMax) => client.ask({ method: 'expireState', now, countMax }),
    keepSchedules: (schedules, now) => client.ask({ method: 'keepSchedules', schedules, now }),
    claimDueTime: (claim) => client.ask({ method: 'claimDueTime', claim }),
    prune: (before, bytesMax, countMax) =>
      client.ask({ method: 'prune', before, bytesMax, countMax }),
    createWebhook: (webhook) => client.ask({ method: 'createWebhook', webhook }),
    updateWebhook: (webhook) => client.ask({ method: 'updateWebhook', webhook }),
    deleteWebhook: (webhookId) => client.ask({ method: 'deleteWebhook', webhookId }),
    webhooks: () => client.ask({ method: 'webhooks' }),
    saveAutomation: (record) => client.ask({ method: 'saveAutomation', record }),
    removeAutomation: (name, by) => client.ask({ method: 'removeAutomation', name, by }),
    automations: () => client.ask({ method: 'automations' }),
    revision: (revisionId) => client.ask({ method: 'revision', revisionId }),
    secrets: () => client.ask({ method: 'secrets' }),
    saveSecret: (secret) => client.ask({ method: 'saveSecret', secret }),
    deleteSecret: (name) => client.ask({ method: 'deleteSecret', name }),
    keyProof: () => client.ask({ method: 'keyProof' }),
    tokens: () => client.ask({ method: 'tokens' }),
    createToken: (token) => client.ask({ method: 'createToken', token }),
    deleteToken: (tokenId) => client.ask({ method: 'deleteToken', tokenId }),
    saveKeyProof: (sealed) => client.ask({ method: 'saveKeyProof', sealed }),
    saveRefusal: (refusal) => client.ask({ method: 'saveRefusal', refusal }),
    refusals: (webhookId) => client.ask({ method: 'refusals', webhookId }),
    refusal: (refusalId) => client.ask({ method: 'refusal', refusalId }),
    firstEvent: (webhookId, key) => client.ask({ method: 'firstEvent', webhookId, key }),
    duplicates: (eventId) => client.ask({ method: 'duplicates', eventId }),
    expireSenderIds: (before, countMax) =>
      client.ask({ method: 'expireSenderIds', before, countMax }),
    packages: () => client.ask({ method: 'packages' }),
    packageSource: (name) => client.ask({ method: 'packageSource', name }),
    applyPackage: (change) => client.ask({ method: 'applyPackage', change }),
    ...hookStoreOf(client),
    close: () => client.close(),
  };
}

function closedError(): HookwrightError {
  return new HookwrightError('store.failed', 'Expected an open store, got one that was closed.');
}

function tooMany(): HookwrightError {
  return new HookwrightError(
    'store.failed',
    `Expected at most ${CALLS_UNDER_WAY_MAX} reads to wait for the database, got one more.`,
    { next: 'Ask again later, with fewer requests at once.' },
  );
}
