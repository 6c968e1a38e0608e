import { Webhook } from 'standardwebhooks';
import { DELIVERY_STATUS_CODES } from '../../src/store/sqlite/schema-hooks.ts';
import type { Arrived } from './receiver.ts';
import type { Snapshot } from './snapshot.ts';

const { succeeded } = DELIVERY_STATUS_CODES;

/** What a life broke of what holds for deliveries at any moment. */
export function checkHooksLife(
  arrived: readonly Arrived[],
  before: Snapshot | undefined,
  after: Snapshot | undefined,
): string[] {
  const known = new Set(after?.messages.map(({ id }) => id));
  const over = new Set(
    before?.deliveries
      .filter(({ status }) => status === succeeded)
      .map(({ messageId, hook }) => `${hook} ${messageId}`),
  );
  return arrived.flatMap(({ hook, id }) => [
    ...(known.has(id) ? [] : [`sent to ${hook} before it was on disk: ${id}`]),
    ...(over.has(`${hook} ${id}`) ? [`sent to ${hook} though it had succeeded: ${id}`] : []),
  ]);
}

/** What does not hold of deliveries when all has had its time to end. */
export function checkHooksEnd(
  acknowledged: readonly string[],
  arrived: readonly Arrived[],
  secrets: ReadonlyMap<string, string>,
  end: Snapshot,
): string[] {
  return [
    ...checkStored(acknowledged, end),
    ...checkDeliveries(secrets, arrived, end),
    ...checkOrder(arrived, end),
    ...arrived.flatMap((one) => checkSigned(one, secrets)),
  ];
}

function checkStored(acknowledged: readonly string[], end: Snapshot): string[] {
  const stored = new Set(end.messages.map(({ id }) => id));
  return acknowledged.filter((id) => !stored.has(id)).map((id) => `lost, though answered: ${id}`);
}

/** Every message has a delivery for every hook, which has succeeded, and the receiver has taken it. */
function checkDeliveries(
  secrets: ReadonlyMap<string, string>,
  arrived: readonly Arrived[],
  end: Snapshot,
): string[] {
  const status = new Map(end.deliveries.map((one) => [`${one.hook} ${one.messageId}`, one.status]));
  const taken = new Set(arrived.filter((one) => one.taken).map(({ hook, id }) => `${hook} ${id}`));
  const due = end.messages.flatMap(({ id }) => [...secrets.keys()].map((hook) => `${hook} ${id}`));
  return due.flatMap((key) => [
    ...(status.get(key) === succeeded ? [] : [`has status ${status.get(key)}: ${key}`]),
    ...(taken.has(key) ? [] : [`never arrived: ${key}`]),
  ]);
}

/** The hook that keeps order got each for the first time in the order in which they were stored. */
function checkOrder(arrived: readonly Arrived[], end: Snapshot): string[] {
  const first = new Set(arrived.filter(({ hook }) => hook === 'ordered').map(({ id }) => id));
  const made = end.deliveries.filter(({ hook }) => hook === 'ordered');
  const expected = made.map(({ messageId }) => messageId);
  const at = [...first].findIndex((id, i) => id !== expected[i]);
  return at === -1 ? [] : [`out of order at ${at}: ${[...first][at]} before ${expected[at]}`];
}

function checkSigned(
  { hook, id, headers, body }: Arrived,
  secrets: ReadonlyMap<string, string>,
): string[] {
  try {
    // Its age is not checked here: the server's clock is moved on from life to life.
    const timestamp = new Date(Number(headers['webhook-timestamp']) * 1000);
    const expected = new Webhook(secrets.get(hook) ?? '').sign(id, timestamp, body);
    return headers['webhook-signature'] === expected ? [] : [`signed wrongly: ${hook} ${id}`];
  } catch (error) {
    return [`not signed: ${hook} ${id}: ${error}`];
  }
}
