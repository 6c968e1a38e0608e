import type Sqlite from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import { fitsTopics, type HookRecord } from '../../core/hook.ts';
import type { NewMessage } from '../../core/message.ts';
import { type HealthWriter, listHooks, notFound, prepareHealth } from './hooks.ts';

/** A hook as far as storing messages and attempts needs it. */
export interface Subscriber
  extends Pick<
    HookRecord,
    'id' | 'name' | 'status' | 'health' | 'disabled' | 'failuresMax' | 'failingMs' | 'alerts'
  > {
  /** Its topics by segments. */
  readonly patterns: readonly (readonly string[])[];
}

/**
 * The hooks in this thread's memory, which alone writes them: reading the table for each message would cost
 * a thousand rows. What a rolled back transaction changed must be forgotten.
 */
export class Subscribers {
  readonly #db: BetterSQLite3Database;
  readonly #write: HealthWriter;
  #byId: Map<string, Subscriber> | undefined;
  #byName = new Map<string, Subscriber>();

  constructor(db: BetterSQLite3Database, sqlite: Sqlite.Database) {
    this.#db = db;
    this.#write = prepareHealth(sqlite);
  }

  /** Reads them again when they are next asked for. */
  forget(): void {
    this.#byId = undefined;
  }

  get(id: string): Subscriber | undefined {
    return this.#all().get(id);
  }

  /** Those that a message goes to. Throws as `MessageStore.publish` does. */
  of({ kind, to }: Pick<NewMessage, 'kind' | 'to'>, except?: string): readonly Subscriber[] {
    const all = this.#all();
    if (kind !== 'emit') return [this.#one(to, kind === 'ping')];
    const found: Subscriber[] = [];
    for (const hook of all.values()) {
      if (hook.status === 'disabled' || hook.id === except) continue;
      if (fitsTopics(hook.patterns, to)) found.push(hook);
    }
    return found;
  }

  /** Writes what an attempt changed, within the transaction of whoever calls it. */
  change(id: string, change: Pick<HookRecord, 'status' | 'health' | 'disabled'>): void {
    this.#write(id, change);
    const hook = this.get(id);
    if (hook === undefined) return;
    const { disabled: _, ...rest } = hook;
    this.#put({ ...rest, ...change });
  }

  #one(ref: string, isPing: boolean): Subscriber {
    const hook = this.#all().get(ref) ?? this.#byName.get(ref);
    if (hook === undefined) throw notFound(ref);
    if (hook.status !== 'disabled' || isPing) return hook;
    throw new HookwrightError(
      'hook.invalid',
      `Expected the hook "${hook.name}" to be active or paused, got one that is disabled.`,
      { next: `Resume it with \`hookwright hook resume ${hook.name}\`.` },
    );
  }

  #all(): ReadonlyMap<string, Subscriber> {
    if (this.#byId !== undefined) return this.#byId;
    this.#byId = new Map();
    this.#byName = new Map();
    for (const hook of listHooks(this.#db)) this.#put(subscriberOf(hook));
    return this.#byId;
  }

  #put(hook: Subscriber): void {
    this.#byId?.set(hook.id, hook);
    this.#byName.set(hook.name, hook);
  }
}

function subscriberOf(hook: HookRecord): Subscriber {
  const { id, name, status, health, disabled, failuresMax, failingMs, alerts, topics } = hook;
  return {
    id,
    name,
    status,
    health,
    ...(disabled === undefined ? {} : { disabled }),
    failuresMax,
    failingMs,
    alerts,
    patterns: topics.map((topic) => topic.split('.')),
  };
}
