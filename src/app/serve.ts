import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { Hono } from 'hono';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { IdPrefix } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Outbound } from '../core/outbound.ts';
import { systemTimer } from '../core/timer.ts';
import type { Automations } from '../engine/automations.ts';
import { Callers } from '../engine/callers/callers.ts';
import type { SourceFolder } from '../engine/callers/source-folder.ts';
import { sourceWarnings } from '../engine/callers/source-warnings.ts';
import type { Deliverer } from '../engine/deliver/deliverer.ts';
import type { AttemptNotice, OpenFeed } from '../engine/feed.ts';
import type { Deliveries } from '../engine/hooks/deliveries.ts';
import type { Hooks } from '../engine/hooks/hooks.ts';
import { openRuns, type Runs } from '../engine/open-runs.ts';
import type { Sandbox, Store } from '../engine/ports.ts';
import { keepPruned } from '../engine/prune.ts';
import type { RunQueue } from '../engine/queue.ts';
import { Receiver } from '../engine/receive.ts';
import { keepRecovered } from '../engine/recover.ts';
import type { LiveRegistry } from '../engine/registry.ts';
import type { Route } from '../engine/route.ts';
import { Runner } from '../engine/run.ts';
import { Schedules } from '../engine/schedules.ts';
import type { SecretSource } from '../engine/secret-source.ts';
import { asSeen } from '../engine/seen.ts';
import type { Tokens } from '../engine/tokens.ts';
import { Topics } from '../engine/topics.ts';
import { connectionsFor, limitConnections } from '../http/connections.ts';
import { trustedProxies } from '../http/ingress/client.ts';
import { BYTES_UNDER_WAY_MAX, Ingress } from '../http/ingress/ingress.ts';
import { Limiter } from '../http/ingress/limiter.ts';
import { createHono, createHttpServer, createWebhooks } from '../http/server.ts';
import { createTracking } from '../http/tracking/tracking.ts';
import type { openOutbound } from '../outbound/open.ts';
import { followAutomations } from './automations-folder.ts';
import { makeDelivering } from './hooks.ts';
import type { Open } from './open.ts';

/** What the serving part is made of. */
export interface Parts {
  readonly config: Config;
  readonly sandbox: Sandbox;
  readonly store: Store;
  readonly registry: LiveRegistry;
  readonly automations: Automations;
  readonly secrets: SecretSource;
  readonly sources: SourceFolder;
  readonly feed: OpenFeed;
  readonly log: Log;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly hooks: Hooks;
  readonly attempts: OpenFeed<AttemptNotice>;
  readonly api: Hono;
  readonly tokens: Tokens;
  readonly deliveries: Deliveries;
  readonly openOutbound: typeof openOutbound;
}

/** What runs, once it serves. */
export interface Served {
  /** Where it listens. */
  readonly address: string;
  readonly runs: Runs;
  readonly schedules: Schedules;
  readonly deliverer: Deliverer;
  readonly topics: Topics;
}

/**
 * Listens, takes up what an earlier process left, and follows the automations
 * folder. Throws `listen.failed`.
 *
 * @returns where it listens, and what it works on
 */
export async function serve(parts: Parts, open: Open): Promise<Served> {
  const { config, sandbox, store, registry, automations, secrets, log, clock, api } = parts;
  const startedAt = clock();
  let address: AddressInfo | undefined;
  const egress = {
    allow: config.egressAllow,
    deny: config.egressDeny,
    ownListeners: () => (address === undefined ? [] : [address]),
  };
  const outbound = parts.openOutbound(egress);
  open.add(() => outbound.close());
  const seen = (event: CapturedEvent): CapturedEvent =>
    asSeen(event, registry.routeOfId(event.webhookId)?.webhook, config.publicUrl);
  const topics = new Topics({ automations, receiver: () => receiver, log });
  const source = (): string => config.publicUrl ?? (address === undefined ? '' : urlOf(address));
  const { deliverer, alerts } = makeDelivering(
    { ...parts, egress, source, subscriptions: topics },
    open,
  );
  const runs = openRuns({
    store,
    sandbox,
    outbound,
    secrets,
    find: (name) => automations.runnable(name),
    revision: (id) => automations.ofRevision(id),
    seen,
    subscriptions: topics,
    published: (message) => deliverer.published(message),
    clock,
    timer: systemTimer,
    random: Math.random,
    log,
    owner: randomUUID(),
    concurrentMax: config.runsMax,
    pendingMax: config.runsPendingMax,
  });
  const receiver = receiverOf(parts, runs, topics, deliverer);
  const schedules = schedulesOf(parts, receiver);
  const callers = callersOf(parts, outbound);
  open.add(() => callers.drained());
  const ingress = ingressOf(parts, receiver, callers);
  let stopping = false;
  const rest = createHono(api, trackingOf(parts), () => !stopping);
  const server = createHttpServer(createWebhooks(ingress), rest);
  limitConnections(server, connectionsFor(config.requestsMax), { log, timer: systemTimer });
  address = await listen(server, config);
  open.add(async () => {
    stopping = true;
    topics.close();
    await schedules.close();
    await stop({ server, ingress, receiver, queue: runs.queue, deliverer }, config.shutdownMs, log);
  });
  await runs.queue.open();
  // The lock on the data folder says that no other process is at work on it.
  await deliverer.open(true);
  alerts?.look();
  parts.hooks.listen((id) => deliverer.changed(id));
  await schedules.open();
  keepUp(parts, open);
  const due = (event: CapturedEvent): Route | undefined =>
    topics.route(event) ?? schedules.route(event) ?? registry.routeOfId(event.webhookId);
  open.add(keepRecovered({ store, receiver, log, route: due, seen }, clock, startedAt));
  await warnOfSources(parts);
  const url = urlOf(address);
  log.write('info', 'listening', { url, automations: automations.size });
  return { address: url, runs, schedules, deliverer, topics };
}

function receiverOf(
  { config, sandbox, store, secrets, feed, log, clock }: Parts,
  { live, queue }: Served['runs'],
  subscriptions: Topics,
  deliverer: Deliverer,
): Receiver {
  return new Receiver({
    store,
    live,
    queue,
    runner: new Runner(sandbox, clock, secrets),
    subscriptions,
    published: (message) => deliverer.published(message),
    feed,
    log,
    clock,
    timer: systemTimer,
    answerDeadlineMs: config.answerDeadlineMs,
  });
}

/** What keeps requests of webhooks from being taken in, one line for each. */
async function warnOfSources({ config, registry, sources, secrets, log }: Parts): Promise<void> {
  const isStored = (name: string) => secrets.values(name).length > 0;
  for (const { name, settings } of registry.webhooks()) {
    const found = await sourceWarnings(settings, sources, isStored, config.publicUrl);
    for (const warning of found) log.write('warn', 'source.warning', { webhook: name, warning });
  }
}

function schedulesOf(parts: Parts, receiver: Receiver): Schedules {
  const { config, automations, store, clock, log } = parts;
  const schedules = new Schedules({
    automations,
    store,
    receiver,
    clock,
    timer: systemTimer,
    log,
    lateMsMax: config.scheduleLateMs,
  });
  automations.listener = () => schedules.refresh();
  return schedules;
}

/** What goes on beside requests: pruning, and taking in changes of the automations folder. */
function keepUp({ config, store, automations, log, clock }: Parts, open: Open): void {
  const retention = {
    ageMs: config.retentionMs,
    bytesMax: config.retentionBytes,
    duplicateMs: config.duplicateMs,
  };
  open.add(keepPruned(store, retention, log, clock));
  open.add(followAutomations(config.automationsDir, automations, log));
}

function callersOf(parts: Parts, outbound: Outbound): Callers {
  const { config, sources, secrets, store, makeId, clock, log } = parts;
  const { duplicateMs } = config;
  return new Callers({
    folder: sources,
    secrets,
    outbound,
    store,
    makeId,
    clock,
    log,
    duplicateMs,
  });
}

function ingressOf(
  { config, registry, log, clock, makeId }: Parts,
  receiver: Receiver,
  callers: Callers,
): Ingress {
  const { clientRate, publicUrl, bodyBytesMax, requestsMax } = config;
  return new Ingress({
    routeOfToken: (token) => registry.routeOfToken(token),
    receiver,
    callers,
    limiter: new Limiter({ clientRate, clock, timer: systemTimer, log }),
    log,
    clock,
    makeId,
    trusted: trustedProxies(config.trustedProxies),
    publicUrl,
    bodyBytesMax,
    bytesUnderWayMax: BYTES_UNDER_WAY_MAX,
    requestsMax,
  });
}

function trackingOf({ config, tokens, deliveries, makeId, clock, log }: Parts) {
  const trusted = trustedProxies(config.trustedProxies);
  return createTracking({ tokens, deliveries, trusted, makeId, clock, log });
}

const OTHER_PLACE = 'Choose another place with --port or --host.';
const OTHER_HOST =
  'Name an address of this machine with --host, such as 127.0.0.1, or 0.0.0.0 for every interface.';
/** What an operator can do, by the system's code. */
const LISTEN_NEXT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop what listens there, or choose another place with --port or --host.',
  EACCES: 'Choose a port above 1023 with --port: those below are for root, or for a reverse proxy.',
  EADDRNOTAVAIL: OTHER_HOST,
  ENOTFOUND: OTHER_HOST,
};

async function listen(server: Server, { host, port }: Config): Promise<AddressInfo> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new HookwrightError(
      'listen.failed',
      `Expected to listen on ${placeOf(host, port)}, got ${code ?? String(error)}.`,
      { next: LISTEN_NEXT[code ?? ''] ?? OTHER_PLACE, cause: error },
    );
  }
  return server.address() as AddressInfo;
}

/** The URL of an address or a host's name. */
export function urlOf({ address, port }: Pick<AddressInfo, 'address' | 'port'>): string {
  return `http://${placeOf(address, port)}`;
}

/** IPv6 addresses are in brackets (RFC 3986, section 3.2.2). */
function placeOf(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

interface Stoppable {
  readonly server: Server;
  readonly ingress: Ingress;
  readonly receiver: Receiver;
  readonly queue: RunQueue;
  readonly deliverer: Deliverer;
}

/** Refuses what is new, waits for what is under way, then cuts what is left. */
async function stop(
  { server, ingress, receiver, queue, deliverer }: Stoppable,
  limitMs: number,
  log: Log,
): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const ended = Promise.all([
    ingress.close().then(() => receiver.drained()),
    queue.close(),
    deliverer.close(),
  ]);
  const timedOut = Symbol();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<symbol>((resolve) => {
    timer = setTimeout(() => resolve(timedOut), limitMs);
  });
  if ((await Promise.race([ended, limit])) === timedOut) {
    log.write('warn', 'stop.cut', {
      events: receiver.eventsUnderWay,
      deliveries: deliverer.size,
    });
    deliverer.cut();
    await queue.cut();
  }
  clearTimeout(timer);
  server.closeAllConnections();
  await closed;
}
