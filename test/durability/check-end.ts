import { RUN_STATUS_CODES, STATUS_CODES } from '../../src/store/sqlite/schema.ts';
import { checkStored, isAcknowledged, kindOf } from './check-life.ts';
import type { Sent } from './client.ts';
import type { Received } from './receiver.ts';
import type { RunRow, Snapshot } from './snapshot.ts';
import { automationsOf, ENDS } from './workload.ts';

/** What of the promises does not hold when all has had its time to end. */
export function checkEnd(
  sent: readonly Sent[],
  received: readonly Received[],
  end: Snapshot,
): string[] {
  return [
    ...checkEvents(sent, end),
    ...checkAnswers(sent, end),
    ...checkRuns(sent, end),
    ...checkTopics(end),
    ...checkState(end),
    ...checkReceived(received),
  ];
}

/** Every event was sent, once; every acknowledged one is there. */
function checkEvents(sent: readonly Sent[], end: Snapshot): string[] {
  const broken = sent.filter(isAcknowledged).flatMap((one) => checkStored(one, end));
  const drafts = new Map(sent.map((one) => [`/n/${one.n}`, one]));
  const seen = new Set<string>();
  for (const { id, method, path, status } of end.events.values()) {
    if (status === STATUS_CODES.pending) broken.push(`still pending: ${path} (${id})`);
    if (method === 'TOPIC') continue;
    const draft = drafts.get(path);
    if (draft === undefined) broken.push(`stored and never sent: ${path} (${id})`);
    else if (!isAcknowledged(draft)) broken.push(...checkStored({ ...draft, eventId: id }, end));
    if (seen.has(path)) broken.push(`stored twice: ${path} (${id})`);
    seen.add(path);
  }
  return broken;
}

/** What a sender was told is what is recorded, whatever was computed again. */
function checkAnswers(sent: readonly Sent[], end: Snapshot): string[] {
  const answering = new Map<string, RunRow>();
  for (const run of end.runs.values()) if (run.binding === 0) answering.set(run.eventId, run);
  return sent.flatMap((one) => {
    const run = answering.get(one.eventId ?? '');
    // At the deadline, which a busy machine reaches, a sender is told only that the event is stored.
    const acknowledged = one.answer === JSON.stringify({ id: one.eventId });
    if (one.answer === undefined || acknowledged || run?.answerStatus !== one.status) return [];
    const stored = String(run?.answerBody ?? '');
    if (stored === one.answer) return [];
    return [`answered ${one.answer} and recorded ${stored}: request ${one.n} to ${one.webhook}`];
  });
}

/** Every event has the runs that it is due, each once, and each has ended as it may. */
function checkRuns(sent: readonly Sent[], end: Snapshot): string[] {
  const broken: string[] = [];
  const runsOf = new Map<string, RunRow[]>();
  for (const run of end.runs.values()) {
    runsOf.set(run.eventId, [...(runsOf.get(run.eventId) ?? []), run]);
    broken.push(...checkRunEnd(run));
  }
  const drafts = new Map(sent.map((one) => [`/n/${one.n}`, one]));
  for (const { id, method, path } of end.events.values()) {
    const due = method === 'TOPIC' ? ['listener'] : automationsOf(drafts.get(path)?.webhook ?? '');
    const called = due.includes('parallel') ? ['price'] : [];
    const had = (runsOf.get(id) ?? []).map(({ automation }) => automation);
    const [expected, got] = [[...due, ...called].sort().join(), had.sort().join()];
    if (expected !== got) broken.push(`expected the runs [${expected}] of ${path}, got [${got}]`);
  }
  return broken;
}

function checkRunEnd({ id, automation, status, failure }: RunRow): string[] {
  const how =
    status === RUN_STATUS_CODES.succeeded
      ? 'succeeded'
      : failure === null || status !== RUN_STATUS_CODES.failed
        ? `status ${status}`
        : (JSON.parse(failure) as { code: string }).code;
  if ((ENDS[automation] ?? ['succeeded']).includes(how)) return [];
  return [`a run of ${automation} ended as ${how}: ${id} ${failure ?? ''}`];
}

/** Each order emitted one message, and each message made one event. */
function checkTopics(end: Snapshot): string[] {
  const orders = [...end.runs.values()].filter(({ automation }) => automation === 'order');
  const topics = [...end.events.values()].filter(({ method }) => method === 'TOPIC');
  const messages = end.messages.filter(({ to }) => to === 'order.taken');
  const emitters = messages.map(({ runId }) => runId).sort();
  const expected = orders.map(({ id }) => id).sort();
  const broken: string[] = [];
  if (emitters.join() !== expected.join()) {
    broken.push(
      `expected one message of each of ${expected.length} orders, got ${emitters.length}`,
    );
  }
  if (topics.length !== messages.length) {
    broken.push(`expected ${messages.length} events of messages, got ${topics.length}`);
  }
  return broken;
}

/** Kinds whose runs count themselves. */
const COUNTED = new Set(['order', 'listener', 'parallel', 'price', 'late', 'flaky', 'hold']);

/** Every run that succeeded has counted exactly once, and no other has. */
function checkState(end: Snapshot): string[] {
  const expected = new Map<string, number>();
  for (const { automation, status, eventId } of end.runs.values()) {
    if (status !== RUN_STATUS_CODES.succeeded || !COUNTED.has(automation)) continue;
    const { n } = JSON.parse(end.events.get(eventId)?.body.toString() ?? '{}') as { n?: number };
    const key = `seen/${automation}/${n}`;
    expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  return [...new Set([...expected.keys(), ...end.state.keys()])]
    .filter((key) => end.state.get(key) !== expected.get(key))
    .map((key) => `expected ${key} to be ${expected.get(key)}, got ${end.state.get(key)}`);
}

/** Repeats have the key and the body of the first; what is held never repeats. */
function checkReceived(received: readonly Received[]): string[] {
  const broken: string[] = [];
  const bodies = new Map<string, string>();
  const keys = new Map<string, Set<string>>();
  const held = new Set<string>();
  for (const { path, key, body } of received) {
    if ((bodies.get(key) ?? body) !== body)
      broken.push(`repeated with another body: ${path} ${key}`);
    bodies.set(key, body);
    keys.set(path, (keys.get(path) ?? new Set()).add(key));
    if (kindOf(path) !== 'hold') continue;
    if (held.has(path)) broken.push(`repeated though it is to be held: ${path} ${key}`);
    held.add(path);
  }
  for (const [path, used] of keys) {
    // Another attempt of the run is another effect.
    if (used.size > 1 && kindOf(path) !== 'flaky') {
      broken.push(`one effect under several keys: ${path} ${[...used].join(' ')}`);
    }
  }
  return broken;
}
