import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { IdPrefix } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Automations } from '../engine/automations.ts';
import type { OpenFeed } from '../engine/feed.ts';
import type { Sandbox, Store } from '../engine/ports.ts';
import { keepPruned } from '../engine/prune.ts';
import { Receiver } from '../engine/receive.ts';
import { recover } from '../engine/recover.ts';
import type { LiveRegistry } from '../engine/registry.ts';
import { Runner } from '../engine/run.ts';
import { trustedProxies } from '../http/ingress/client.ts';
import { Ingress } from '../http/ingress/ingress.ts';
import { urlAt } from '../http/ingress/url.ts';
import { createHono, createHttpServer } from '../http/server.ts';
import { followAutomations } from './automations-folder.ts';
import type { Open } from './open.ts';

/** What the serving part is made of. */
export interface Parts {
  readonly config: Config;
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly registry: LiveRegistry;
  readonly automations: Automations;
  readonly feed: OpenFeed;
  readonly log: Log;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly api: Hono;
}

/**
 * Listens, takes up what an earlier process left, and follows the automations
 * folder. Throws `listen.failed`.
 *
 * @returns where it listens
 */
export async function serve(parts: Parts, open: Open): Promise<string> {
  const { config, sandbox, store, registry, automations, feed, log, clock, makeId, api } = parts;
  const startedAt = clock();
  const receiver = new Receiver({
    store,
    runner: new Runner(sandbox, clock, makeId),
    feed,
    log,
    clock,
    answerDeadlineMs: config.answerDeadlineMs,
  });
  const ingress = new Ingress({
    routeOfToken: (token) => registry.routeOfToken(token),
    receiver,
    log,
    clock,
    makeId,
    trusted: trustedProxies(config.trustedProxies),
    publicUrl: config.publicUrl,
    bodyBytesMax: config.bodyBytesMax,
    requestsMax: config.requestsMax,
  });
  let stopping = false;
  const server = createHttpServer(createHono(ingress, api, () => !stopping));
  const address = await listen(server, config);
  open.add(async () => {
    stopping = true;
    await stop(server, ingress, receiver, config.shutdownMs, log);
  });
  const retention = { ageMs: config.retentionMs, bytesMax: config.retentionBytes };
  open.add(keepPruned(store, retention, log, clock));
  open.add(followAutomations(config.automationsDir, automations, log));
  const base = config.publicUrl ?? address;
  recover(
    {
      store,
      receiver,
      log,
      route: (id) => registry.routeOfId(id),
      url: ({ webhook }, { path, query }) => urlAt(base, { token: webhook.token, path, query }),
    },
    startedAt,
  ).catch((error: unknown) => log.write('error', 'recovery.failed', { error }));
  log.write('info', 'listening', { url: address, automations: automations.size });
  return address;
}

async function listen(server: Server, { host, port }: Config): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new HookwrightError(
      'listen.failed',
      `Expected to listen on ${host}:${port}, got ${code ?? String(error)}.`,
      {
        next: 'Stop what listens there, or choose another place with --port or --host.',
        cause: error,
      },
    );
  }
  const { address, family, port: taken } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}

/** Refuses what is new, waits for what is under way, then cuts what is left. */
async function stop(
  server: Server,
  ingress: Ingress,
  receiver: Receiver,
  limitMs: number,
  log: Log,
): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const ended = ingress.close().then(() => receiver.drained());
  const timedOut = Symbol();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<symbol>((resolve) => {
    timer = setTimeout(() => resolve(timedOut), limitMs);
  });
  if ((await Promise.race([ended, limit])) === timedOut) {
    log.write('warn', 'stop.cut', { events: receiver.eventsUnderWay });
  }
  clearTimeout(timer);
  server.closeAllConnections();
  await closed;
}
