import type { Sent } from './client.ts';
import type { Received } from './receiver.ts';
import type { Snapshot } from './snapshot.ts';
import { TRIES } from './workload.ts';

/** What a life did, as those outside it saw it, and what the disk held before and after it. */
export interface LifeRecord {
  readonly sent: readonly Sent[];
  readonly received: readonly Received[];
  /** Keys of the effects whose result was on disk when it began. */
  readonly recorded: ReadonlySet<string>;
  readonly after: Snapshot | undefined;
}

/** What one life broke of the promises that hold at any moment. */
export function checkLife({ sent, received, recorded, after }: LifeRecord): string[] {
  const broken: string[] = [];
  if (after !== undefined && after.integrity !== 'ok') broken.push(`integrity: ${after.integrity}`);
  for (const one of sent) {
    if (isAcknowledged(one)) broken.push(...checkStored(one, after));
  }
  const tries = new Map<string, number>();
  for (const { key, path } of received) {
    if (recorded.has(key)) broken.push(`sent again though its result is recorded: ${path} ${key}`);
    if (!hasLine(key, after)) broken.push(`sent before its line was on disk: ${path} ${key}`);
    tries.set(key, (tries.get(key) ?? 0) + 1);
    const most = TRIES[kindOf(path)] ?? 1;
    if ((tries.get(key) ?? 0) > most) broken.push(`sent twice by one process: ${path} ${key}`);
  }
  return broken;
}

export function isAcknowledged({ status }: Sent): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Whether an event is there as it was sent, byte for byte. */
export function checkStored(sent: Sent, snapshot: Snapshot | undefined): string[] {
  const event = snapshot?.events.get(sent.eventId ?? '');
  const name = `request ${sent.n} to ${sent.webhook}`;
  if (event === undefined) return [`lost, though answered with ${sent.status}: ${name}`];
  const headers = JSON.parse(event.headers) as string[];
  const same =
    event.method === 'POST' &&
    event.path === `/n/${sent.n}` &&
    event.query === `n=${sent.n}` &&
    headers[headers.indexOf('x-n') + 1] === String(sent.n) &&
    event.body.equals(sent.body);
  return same ? [] : [`stored otherwise than it was sent: ${name} (${event.id})`];
}

/** Whether the effect of an `Idempotency-Key` is in its run's journal, or its attempt is over. */
function hasLine(key: string, snapshot: Snapshot | undefined): boolean {
  const { runId, attempt, number } = partsOf(key);
  const run = snapshot?.runs.get(runId);
  if (run === undefined) return false;
  return run.attempt > attempt || snapshot?.lines.get(runId)?.has(number) === true;
}

/** Keys of the `http` effects whose result is on disk, of the attempts that runs are at. */
export function recordedKeys(snapshot: Snapshot | undefined): string[] {
  if (snapshot === undefined) return [];
  return snapshot.journal
    .filter(({ endedAt, kind }) => endedAt !== null && kind === 'http')
    .map(({ runId, number }) => `${runId}-${snapshot.runs.get(runId)?.attempt}-${number}`);
}

function partsOf(key: string): { runId: string; attempt: number; number: number } {
  const [runId = '', attempt, number] = key.split('-');
  return { runId, attempt: Number(attempt), number: Number(number) };
}

/** The first part of a receiver's path. */
export function kindOf(path: string): string {
  return path.split('/')[1] ?? '';
}
