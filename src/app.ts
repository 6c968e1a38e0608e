import { randomBytes } from 'node:crypto';
import { loadAutomations } from './app/automations-folder.ts';
import { createExample, untriedExample } from './app/first-start.ts';
import { openHooks } from './app/hooks.ts';
import { offlineRuns } from './app/offline-runs.ts';
import { Open } from './app/open.ts';
import { sampleSender } from './app/sample-sender.ts';
import { readSecretKey } from './app/secret-key.ts';
import { type Parts, type Served, serve, urlOf } from './app/serve.ts';
import { forgetServer, noteServer } from './app/server-note.ts';
import { sourceFolder } from './app/source-folder.ts';
import type { Config } from './config/config.ts';
import { readVersion } from './config/version.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { HookwrightError } from './core/errors.ts';
import type { CapturedEvent } from './core/event.ts';
import { idMaker } from './core/ids.ts';
import type { Log } from './core/log.ts';
import { Vault } from './core/vault.ts';
import type { Webhook } from './core/webhook.ts';
import { Automations } from './engine/automations.ts';
import { type AttemptNotice, createFeed } from './engine/feed.ts';
import { Deliveries } from './engine/hooks/deliveries.ts';
import { otherKey, proveKey } from './engine/key-proof.ts';
import { Packages } from './engine/packages/packages.ts';
import type { Sandbox, SecretStore } from './engine/ports.ts';
import { LiveRegistry } from './engine/registry.ts';
import { Secrets } from './engine/secrets.ts';
import { startByHand } from './engine/start-by-hand.ts';
import { Tokens } from './engine/tokens.ts';
import { Turns } from './engine/turns.ts';
import { createApi } from './http/api/api.ts';
import { openLog } from './log/pino-log.ts';
import { openOutbound } from './outbound/open.ts';
import { openSandbox } from './sandbox/pool.ts';
import { hasDatabase } from './store/sqlite/database-file.ts';
import { openSqliteStore } from './store/sqlite/open.ts';

export interface App {
  /** `http://127.0.0.1:8420`, or the public URL where one is set. */
  readonly url: string;
  /** Bearer token of the API, made anew at each start. */
  readonly apiToken: string;
  /** Whether the data folder had no data before. */
  readonly isNew: boolean;
  /** The example webhook of the first start, as long as nobody has called it and it is the only one. */
  readonly firstWebhook: Webhook | undefined;
  /** Resolves when its store is lost: nothing can be stored any more, and only another process can go on. */
  readonly lost: Promise<HookwrightError>;
  /** The API in process, without the network. */
  fetch(request: Request): Promise<Response>;
  /** Stops taking requests, lets what is under way end within the time limit, closes the store. */
  close(): Promise<void>;
}

export interface AppOptions {
  /** `false`: only the API in process, for commands when no server runs. */
  readonly listen?: boolean;
  readonly clock?: Clock;
  /** Opens the client for all that leaves the process; tests stand between it and the engine. */
  readonly openOutbound?: typeof openOutbound;
}

/** Bytes of the API's token. */
const API_TOKEN_BYTES = 32;

/** For commands that use the API in process: what they have to say, they print themselves. */
const SILENT: Log = { write: () => {} };

/**
 * Puts the parts together. Throws `data.in_use`, `data.unusable`, `secret.key_unusable`,
 * `secret.unreadable`, `listen.failed`, `config.invalid`; what was open by then is closed again.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const open = new Open();
  try {
    return await start(config, options, open);
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function start(config: Config, options: AppOptions, open: Open): Promise<App> {
  const { clock = systemClock, listen = true } = options;
  const log = listen ? openProcessLog(config, open) : SILENT;
  // Started first: it takes longest, and nothing needs it before the server listens.
  const sandbox = listen ? openEarly(config, open) : undefined;
  const makeId = idMaker();
  const isNew = !hasDatabase(config.dataDir);
  let lose: (error: HookwrightError) => void = () => {};
  const lost = new Promise<HookwrightError>((resolve) => {
    lose = (error) => {
      log.write('error', 'store.lost', { error });
      resolve(error);
    };
  });
  const stored = await openStored({ config, log, clock, makeId, listen, lose }, open);
  const { store, secrets, sources, automations, hooks } = stored;
  const feed = createFeed();
  const attempts = createFeed<AttemptNotice>();
  let serving: Served | undefined;
  const deliveries = new Deliveries({
    ...{ store, hooks, clock, makeId },
    sending: () => serving?.deliverer,
    subscriptions: () => serving?.topics,
  });
  const packages = await openPackages({ ...stored, clock, log, deliveries });
  const apiToken = randomBytes(API_TOKEN_BYTES).toString('hex');
  let url = config.publicUrl ?? urlOf({ address: config.host, port: config.port });
  let control = offlineRuns(store, clock);
  let take: (event: CapturedEvent) => void = () => {};
  let listening: { readonly address: string; readonly base: string } | undefined;
  const api = createApi({
    ...stored,
    ...{ deliveries, packages, feed, attempts, clock, log },
    runs: { retry: (id) => control.retry(id), cancel: (id) => control.cancel(id) },
    start: (name) =>
      startByHand({ automations, store, clock, makeId, take: (event) => take(event) }, name),
    send: sampleSender({ folder: sources, secrets, clock, listening: () => listening }),
    // Of a server that does not run, a command does not know.
    mails: !listen || config.smtpUrl !== undefined,
    sandbox: onDemand(sandbox, () => openEarly(config, open)),
    packageKeys: config.packageKeys,
    token: apiToken,
    version: readVersion(),
    url: () => url,
    publicUrl: config.publicUrl,
  });
  if (sandbox !== undefined) {
    const parts: Parts = {
      ...stored,
      config,
      sandbox: await sandbox,
      feed,
      attempts,
      log,
      clock,
      makeId,
      api,
      deliveries,
      openOutbound: options.openOutbound ?? openOutbound,
    };
    serving = await serve(parts, open);
    const { address, runs, schedules } = serving;
    control = runs;
    take = (event) => schedules.take(event);
    url = config.publicUrl ?? address;
    listening = { address, base: url };
    noteServer(config.dataDir, { url: address, pid: process.pid, token: apiToken });
    open.add(() => forgetServer(config.dataDir));
  }
  return {
    get url() {
      return url;
    },
    apiToken,
    isNew,
    firstWebhook: stored.firstWebhook,
    lost,
    fetch: async (request) => api.fetch(request),
    close: () => open.close(),
  };
}

interface Stored
  extends Pick<Parts, 'store' | 'automations' | 'registry' | 'sources' | 'hooks' | 'tokens'> {
  readonly secrets: Secrets;
  readonly turns: Turns;
  readonly firstWebhook: Webhook | undefined;
}

interface StoredOptions extends Pick<Parts, 'config' | 'log' | 'clock' | 'makeId'> {
  readonly listen: boolean;
  /** Told when the store is lost. */
  readonly lose: (error: HookwrightError) => void;
}

/** Opens the data folder and takes into memory what is asked for at each request. */
async function openStored(
  { config, log, clock, makeId, listen, lose }: StoredOptions,
  open: Open,
): Promise<Stored> {
  const store = await openSqliteStore({ dataDir: config.dataDir, onLost: lose });
  open.add(() => store.close());
  const vault = await openVault(config, store);
  const turns = new Turns();
  const secrets = await Secrets.open({ store, vault, clock, turns });
  const hooks = await openHooks({ config, store, vault, clock, makeId, turns });
  const unreadable = { secrets: secrets.unreadable(), hooks: hooks.unreadable() };
  // Commands go on, so that what cannot be read can be set anew or deleted.
  if (!(await proveKey(store, vault, unreadable)) && listen) throw otherKey(unreadable);
  const tokens = await Tokens.open({ store, clock, makeId });
  const automations = await Automations.open(store, log, clock, turns);
  const sources = sourceFolder(config.sourcesDir);
  const registry = await LiveRegistry.open({ store, automations, sources, clock, makeId, turns });
  const fresh = automations.size === 0 && registry.webhooks().length === 0;
  await loadAutomations(config.automationsDir, automations, log);
  const firstWebhook = fresh
    ? await createExample(registry)
    : await untriedExample(registry, store);
  return { store, secrets, tokens, sources, automations, registry, hooks, turns, firstWebhook };
}

interface PackageParts extends Stored, Pick<Parts, 'clock' | 'log'> {
  readonly deliveries: Deliveries;
}

function openPackages({ deliveries, ...parts }: PackageParts): Promise<Packages> {
  return Packages.open({
    ...parts,
    cancelDeliveries: (hookId) => deliveries.cancelOf(hookId),
  });
}

async function openVault(config: Config, store: SecretStore): Promise<Vault> {
  const isInUse = (await store.keyProof()) !== undefined;
  return new Vault(config.secretKey ?? readSecretKey(config.dataDir, isInUse));
}

/** What is open already, or is opened by the first who asks. */
function onDemand<T>(opened: Promise<T> | undefined, open: () => Promise<T>): () => Promise<T> {
  let opening = opened;
  return () => {
    opening ??= open();
    return opening;
  };
}

function openEarly(config: Config, open: Open): Promise<Sandbox> {
  const opening = openSandbox({ threads: config.sandboxThreads });
  open.add(() =>
    opening.then(
      (sandbox) => sandbox.close(),
      () => {}, // Awaited and told by the start itself.
    ),
  );
  return opening;
}

function openProcessLog(config: Config, open: Open): Log {
  const terminal = process.stdout.isTTY === true;
  const text = config.logFormat === 'text' || (config.logFormat === 'auto' && terminal);
  const log = openLog({ level: config.logLevel, format: text ? 'text' : 'json', colors: terminal });
  open.add(() => log.close());
  return log;
}
