import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { prepareAlerts } from './alerts.ts';
import { applyPackage } from './apply-package.ts';
import { findRevision, listAutomations, removeAutomation, saveAutomation } from './automations.ts';
import type { Write } from './batch.ts';
import {
  expireSenderIds,
  findDuplicates,
  findFirstEvent,
  findRefusal,
  listRefusals,
  saveRefusal,
} from './callers.ts';
import { connect, makeDataDir } from './connection.ts';
import { type EventWriter, prepareEventWriter } from './event-writes.ts';
import { findEvent, listEvents, listPending } from './events.ts';
import { storeFailed } from './failure.ts';
import { HOOK_JOBS, type HookCall, type HookCallParts, prepareHookCalls } from './hook-calls.ts';
import { listJournal } from './journal.ts';
import { claimRuns, renewLeases } from './leases.ts';
import { lockDataDir } from './lock.ts';
import { findPackageSource, listPackages } from './packages.ts';
import type { Call, PackageCall, PruneCall, Returns } from './protocol.ts';
import { type Pruner, preparePrune } from './prune.ts';
import { preparePruneMessages } from './prune-messages.ts';
import { preparePublisher } from './publish.ts';
import { countOpenRuns, findNextDue, findRun, listRuns, listRunsOf } from './runs.ts';
import { claimDueTime, keepSchedules } from './schedules.ts';
import { performSecretCall, SECRET_JOBS, type SecretCall } from './secret-calls.ts';
import { expireState } from './state.ts';
import { Subscribers } from './subscribers.ts';
import { createWebhook, deleteWebhook, listWebhooks, updateWebhook } from './webhooks.ts';
import { prepareWrites, type WriteResults } from './write.ts';

export interface DatabaseOptions {
  /** Made with mode 0700 where it is missing. */
  readonly dataDir: string;
  /** The most pages of 8 kB that the database may have: a full disk, for tests. */
  readonly pageCountMax?: number;
}

/** The store on SQLite, synchronous; `serve.ts` puts it behind a port. */
export interface SqliteDatabase extends Pruner {
  /** Commits the writes together or, where that fails, each by itself. Never throws. */
  write(writes: readonly Write[]): WriteResults;
  /** Throws `store.failed` and what the method's port says. */
  call(call: Exclude<Call, PruneCall>): Returns[keyof Returns];
  close(): void;
}

/** Throws `data.in_use` and `data.unusable`. */
export function openDatabase(options: DatabaseOptions): SqliteDatabase {
  const { dataDir, pageCountMax } = options;
  makeDataDir(dataDir);
  const lock = lockDataDir(dataDir, process.pid);
  try {
    const sqlite = connect(dataDir, pageCountMax);
    const db = drizzle<Record<string, never>>({ client: sqlite });
    const events = prepareEventWriter(sqlite);
    const pruner = preparePrune(sqlite);
    const steps = { prune: pruner.step, pruneMessages: preparePruneMessages(sqlite) };
    const subscribers = new Subscribers(db, sqlite);
    const publisher = preparePublisher(sqlite, subscribers);
    const alerts = prepareAlerts(sqlite);
    const parts = { sqlite, db, subscribers, publisher, alerts };
    const performHook = prepareHookCalls(parts);
    return {
      write: prepareWrites(sqlite, events, subscribers, publisher, alerts),
      call: (call) => {
        if (isHookCall(call)) return attempt(HOOK_JOBS[call.method], () => performHook(call));
        if (isSecretCall(call)) {
          return attempt(SECRET_JOBS[call.method], () => performSecretCall(db, call));
        }
        if (isPackageCall(call)) {
          return attempt(PACKAGE_JOBS[call.method], () => performPackage(parts, call));
        }
        return attempt(JOBS[call.method], () => perform(db, events, call));
      },
      step: (call, after) =>
        attempt(PRUNE_JOBS[call.method], () => steps[call.method](call, after)),
      vacuumStep: () => attempt('give free pages back', () => pruner.vacuumStep()),
      close: () => {
        try {
          attempt('close', () => sqlite.close());
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const PRUNE_JOBS: Readonly<Record<PruneCall['method'], string>> = {
  prune: 'delete the oldest events',
  pruneMessages: 'delete the oldest messages',
};

/** What this file does itself. */
type OwnCall = Exclude<Call, PruneCall | HookCall | SecretCall | PackageCall>;

function isHookCall(call: Exclude<Call, PruneCall>): call is HookCall {
  return call.method in HOOK_JOBS;
}

function isSecretCall(call: OwnCall | SecretCall | PackageCall): call is SecretCall {
  return call.method in SECRET_JOBS;
}

function isPackageCall(call: OwnCall | PackageCall): call is PackageCall {
  return call.method in PACKAGE_JOBS;
}

const PACKAGE_JOBS: Readonly<Record<PackageCall['method'], string>> = {
  packages: 'list packages',
  packageSource: 'read a package',
  applyPackage: 'apply a package',
};

function performPackage(parts: HookCallParts, call: PackageCall): Returns[PackageCall['method']] {
  switch (call.method) {
    case 'packages':
      return listPackages(parts.db);
    case 'packageSource':
      return findPackageSource(parts.db, call.name);
    case 'applyPackage':
      return applyPackage(parts, call.change);
  }
}

const JOBS: Readonly<Record<OwnCall['method'], string>> = {
  event: 'read an event',
  events: 'list events',
  pendingEvents: 'list pending events',
  runsOf: 'list runs',
  run: 'read a run',
  runs: 'list runs',
  openRuns: 'count open runs',
  journal: 'read a journal',
  claim: 'claim runs',
  renew: 'renew leases',
  nextDue: 'find the next due run',
  expireState: 'expire state',
  keepSchedules: 'keep schedules',
  claimDueTime: 'claim a due time',
  createWebhook: 'create a webhook',
  updateWebhook: 'change a webhook',
  deleteWebhook: 'delete a webhook',
  webhooks: 'list webhooks',
  saveAutomation: 'save an automation',
  removeAutomation: 'remove an automation',
  automations: 'list automations',
  revision: 'read a revision',
  saveRefusal: 'save a refusal',
  refusals: 'list refusals',
  refusal: 'read a refusal',
  firstEvent: 'find the first event of a key',
  duplicates: 'count duplicates',
  expireSenderIds: 'delete old keys of senders',
};

function attempt<T>(job: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storeFailed(job, error);
  }
}

function perform(
  db: BetterSQLite3Database,
  events: EventWriter,
  call: OwnCall,
): Returns[keyof Returns] {
  switch (call.method) {
    case 'event':
      return findEvent(db, call.eventId);
    case 'events':
      return listEvents(db, call.filter);
    case 'pendingEvents':
      return listPending(db, call.before, call.countMax);
    case 'runsOf':
      return listRunsOf(db, call.eventId);
    case 'run':
      return findRun(db, call.runId);
    case 'runs':
      return listRuns(db, call.filter);
    case 'openRuns':
      return countOpenRuns(db);
    case 'journal':
      return listJournal(db, call.runId);
    case 'claim':
      return claimRuns(db, call.owner, call.now, call.leaseMs, call.countMax);
    case 'renew':
      return renewLeases(db, call.owner, call.runIds, call.until);
    case 'nextDue':
      return findNextDue(db);
    case 'expireState':
      return expireState(db, call.now, call.countMax);
    case 'keepSchedules':
      return keepSchedules(db, call.schedules, call.now);
    case 'claimDueTime':
      return claimDueTime(db, events, call.claim);
    case 'createWebhook':
      return void createWebhook(db, call.webhook);
    case 'updateWebhook':
      return void updateWebhook(db, call.webhook);
    case 'deleteWebhook':
      return void deleteWebhook(db, call.webhookId);
    case 'webhooks':
      return listWebhooks(db);
    case 'saveRefusal':
      return void saveRefusal(db, call.refusal);
    case 'refusals':
      return listRefusals(db, call.webhookId);
    case 'refusal':
      return findRefusal(db, call.refusalId);
    case 'firstEvent':
      return findFirstEvent(db, call.webhookId, call.key);
    case 'duplicates':
      return findDuplicates(db, call.eventId);
    case 'expireSenderIds':
      return expireSenderIds(db, call.before, call.countMax);
    case 'saveAutomation':
      return void saveAutomation(db, call.record);
    case 'removeAutomation':
      return void removeAutomation(db, call.name, call.by);
    case 'automations':
      return listAutomations(db);
    case 'revision':
      return findRevision(db, call.revisionId);
  }
}
