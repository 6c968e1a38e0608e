import type { EffectResult, JournalEntry, StateArgs } from '../../src/core/effect.ts';
import { HookwrightError } from '../../src/core/errors.ts';
import type { CapturedEvent, EventStatus, StoredEvent } from '../../src/core/event.ts';
import type { NewMessage } from '../../src/core/message.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { topicEvent } from '../../src/core/topic-event.ts';
import type {
  DueTimeClaim,
  DueTimeOutcome,
  EffectPlace,
  KnownSchedule,
  RunStep,
  RunStore,
  ScheduleStore,
} from '../../src/engine/ports.ts';

/** What is on disk: it outlives the processes of a test. */
export class Disk {
  readonly events = new Map<string, StoredEvent>();
  readonly runs = new Map<string, RunRecord>();
  readonly leases = new Map<string, { owner: string; until: number }>();
  readonly journals = new Map<string, Map<number, JournalEntry>>();
  readonly state = new Map<string, unknown>();
  readonly messages: NewMessage[] = [];
  readonly schedules = new Map<string, { definition: string; last: number }>();

  entry(runId: string, number: number): JournalEntry | undefined {
    return this.journals.get(runId)?.get(number);
  }
}

type Methods =
  | 'advance'
  | 'journal'
  | 'claim'
  | 'renew'
  | 'nextDue'
  | 'openRuns'
  | 'performState'
  | 'storeMessage';

/**
 * One process's view of the disk. `commit` is told of each transaction that writes, before and after it,
 * and may never come back: then the process has died there.
 */
export class MemoryRuns implements Pick<RunStore, Methods>, ScheduleStore {
  readonly #disk: Disk;
  readonly #commit: (name: string) => Promise<void>;

  constructor(disk: Disk, commit: (name: string) => Promise<void>) {
    this.#disk = disk;
    this.#commit = commit;
  }

  async #write<T>(name: string, work: () => T): Promise<T> {
    await this.#commit(`${name}?`);
    const result = work();
    await this.#commit(name);
    return result;
  }

  capture(event: CapturedEvent, status: EventStatus, message?: NewMessage): Promise<void> {
    return this.#write(`capture ${status}`, () => {
      this.#disk.events.set(event.id, { ...event, status });
      if (message !== undefined) this.#store(message);
    });
  }

  #store(message: NewMessage): void {
    this.#disk.messages.push(message);
    if (message.depth === undefined) return;
    const event = topicEvent({ ...message, depth: message.depth });
    this.#disk.events.set(event.id, { ...event, status: 'pending' });
  }

  settle(id: string, status: EventStatus, runs: readonly RunRecord[]): Promise<void> {
    return this.#write(`settle ${status}`, () => {
      this.#setEvent(id, status);
      for (const run of runs) this.#disk.runs.set(run.id, run);
    });
  }

  #setEvent(id: string, status: EventStatus): void {
    const event = this.#disk.events.get(id);
    if (event !== undefined) this.#disk.events.set(id, { ...event, status });
  }

  async event(id: string): Promise<StoredEvent | undefined> {
    return this.#disk.events.get(id);
  }

  async run(id: string): Promise<RunRecord | undefined> {
    return this.#disk.runs.get(id);
  }

  async runsOf(eventId: string): Promise<readonly RunRecord[]> {
    return [...this.#disk.runs.values()].filter((run) => run.eventId === eventId);
  }

  async pendingEvents(before: number, countMax: number): Promise<readonly StoredEvent[]> {
    return [...this.#disk.events.values()]
      .filter((event) => event.status === 'pending' && event.receivedAt < before)
      .slice(0, countMax);
  }

  advance(step: RunStep): Promise<void> {
    const { run, forgotten = [], begun, ended, lease, event } = step;
    const name = [
      run.status,
      ...begun.map(({ effect }) => `+${effect.number}`),
      ...ended.map(({ number }) => `=${number}`),
    ].join(' ');
    return this.#write(name, () => {
      this.#refuse(step);
      this.#disk.runs.set(run.id, run);
      if (run.status === 'running' && lease !== undefined) this.#disk.leases.set(run.id, lease);
      else this.#disk.leases.delete(run.id);
      const journal = this.#disk.journals.get(run.id) ?? new Map<number, JournalEntry>();
      this.#disk.journals.set(run.id, journal);
      for (const number of forgotten) journal.delete(number);
      for (const { effect, at } of begun) journal.set(effect.number, { ...effect, beganAt: at });
      for (const { number, ...end } of ended) this.#end(run.id, number, end);
      if (event !== undefined) this.#setEvent(event.id, event.status);
    });
  }

  #refuse({ run, lease }: RunStep): void {
    const before = this.#disk.runs.get(run.id);
    const held = this.#disk.leases.get(run.id);
    if (run.status === 'running' && lease === undefined) throw new Error('running without a lease');
    if (run.status === 'queued' && run.dueAt === undefined)
      throw new Error('queued without a time');
    const ended = before?.endedAt !== undefined && run.status !== 'queued';
    if (ended || (lease !== undefined && held !== undefined && held.owner !== lease.owner)) {
      throw new HookwrightError('run.lease_lost', 'lost');
    }
  }

  #end(runId: string, number: number, ended: NonNullable<JournalEntry['ended']>): void {
    const entry = this.#disk.entry(runId, number);
    if (entry === undefined || entry.ended !== undefined) throw new Error(`${runId} ${number}`);
    this.#disk.journals.get(runId)?.set(number, { ...entry, ended });
  }

  async journal(runId: string): Promise<readonly JournalEntry[]> {
    return [...(this.#disk.journals.get(runId)?.values() ?? [])];
  }

  async claim(owner: string, now: number, leaseMs: number, max: number): Promise<RunRecord[]> {
    const { runs, leases } = this.#disk;
    const due = [...runs.values()].filter(
      ({ id, dueAt }) =>
        (dueAt !== undefined && dueAt <= now) ||
        (leases.get(id)?.until ?? Number.POSITIVE_INFINITY) <= now,
    );
    return due.slice(0, max).map(({ dueAt: _, ...run }) => {
      const claimed: RunRecord = { ...run, status: 'running' };
      runs.set(run.id, claimed);
      leases.set(run.id, { owner, until: now + leaseMs });
      return claimed;
    });
  }

  async renew(owner: string, ids: readonly string[], until: number): Promise<readonly string[]> {
    const own = ids.filter((id) => this.#disk.leases.get(id)?.owner === owner);
    for (const id of own) this.#disk.leases.set(id, { owner, until });
    return own;
  }

  async nextDue(): Promise<number | undefined> {
    const times = [...this.#disk.runs.values()].flatMap(({ dueAt }) => dueAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async openRuns(): Promise<number> {
    return [...this.#disk.runs.values()].filter(({ endedAt }) => endedAt === undefined).length;
  }

  performState(place: EffectPlace, args: StateArgs): Promise<EffectResult> {
    return this.#once('state', place, () => {
      const { state } = this.#disk;
      if (args.op === 'increment') {
        state.set(args.key, Number(state.get(args.key) ?? 0) + args.by);
      } else if (args.op === 'set') state.set(args.key, args.value);
      return state.get(args.key) ?? null;
    });
  }

  storeMessage(place: EffectPlace, message: NewMessage): Promise<EffectResult> {
    return this.#once('message', place, () => {
      this.#store(message);
      return { id: message.id };
    });
  }

  keepSchedules(schedules: readonly KnownSchedule[], now: number): Promise<readonly number[]> {
    return this.#write('schedules', () => {
      const known = new Map(this.#disk.schedules);
      this.#disk.schedules.clear();
      return schedules.map(({ automation, definition }) => {
        const before = known.get(automation);
        const last = before?.definition === definition ? Math.min(before.last, now) : now;
        this.#disk.schedules.set(automation, { definition, last });
        return last;
      });
    });
  }

  claimDueTime(claim: DueTimeClaim): Promise<DueTimeOutcome> {
    const { automation, definition, scheduledAt, event, alone } = claim;
    return this.#write(`due ${automation}`, () => {
      const { schedules, events, runs } = this.#disk;
      const known = schedules.get(automation);
      if (known?.definition !== definition || known.last >= scheduledAt) return 'gone';
      known.last = scheduledAt;
      if (event === undefined) return 'taken';
      if (events.has(event.id)) return 'gone';
      const isOpen =
        [...runs.values()].some(
          (run) => run.automation === automation && run.endedAt === undefined,
        ) ||
        [...events.values()].some(
          ({ path, status }) => path === automation && status === 'pending',
        );
      if (alone && isOpen) return 'overlap';
      events.set(event.id, { ...event, status: 'pending' });
      return 'taken';
    });
  }

  #once(name: string, place: EffectPlace, work: () => unknown): Promise<EffectResult> {
    return this.#write(`${name} ${place.number}`, () => {
      const known = this.#disk.entry(place.runId, place.number)?.ended;
      if (known !== undefined) return known.result;
      const result: EffectResult = { ok: true, value: JSON.stringify(work()) };
      this.#end(place.runId, place.number, { at: place.at, arrival: place.arrival, result });
      return result;
    });
  }
}
