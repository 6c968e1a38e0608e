import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, MAIN, Program } from './program.ts';

const EMIT = `automation: order.take
policy: { hooks: [order.paid] }
steps:
  - emit: { topic: order.paid, data: { id: "\${{ request.json.id }}" } }
  - return: { status: 201 }
`;

const LISTEN = `automation: order.count
trigger: topic
on: order.*
policy: { state: [orders/*] }
steps:
  - state: { increment: "orders/\${{ event.data.id }}" }
    as: count
  - log: \${{ event.topic }} \${{ event.data.id }} \${{ count }}
  - return:
`;

test('a message that a run emits starts the automations of its topic, and each only once', async () => {
  const automations = { 'take.yaml': EMIT, 'count.yaml': LISTEN };
  await using first = await Program.start({ automations });
  const url = await first.webhook('order.take');
  const answer = await fetch(url, { method: 'POST', body: '{"id":7}' });
  expect(answer.status).toBe(201);
  const done = (events: readonly Record<string, any>[]): boolean =>
    events.length === 2 &&
    events.every(({ status, runs }) => status === 'done' && runs.length === 1);
  const eventsOf = async (program: Program): Promise<Record<string, any>[]> =>
    (await program.api('GET', '/events')).events;
  const events = await eventually(() => eventsOf(first), done);
  const emitted = events.find(({ method }) => method === 'TOPIC');
  expect(emitted).toMatchObject({ webhook_id: '', webhook: null, path: 'order.paid' });
  const ended = (event: Record<string, any>): boolean => event.runs[0].status === 'succeeded';
  const shown = await eventually(() => first.api('GET', `/events/${emitted?.id}`), ended);
  expect(shown.runs[0]).toMatchObject({ automation: 'order.count' });
  expect(shown.runs[0].logs[0].text).toBe('order.paid 7 1');

  const replay = ['run', 'replay', shown.runs[0].id, '--data-dir', join(first.dir, 'data')];
  const { stdout } = spawnSync(process.execPath, [MAIN, ...replay], { encoding: 'utf8' });
  expect(stdout).toBe(`${shown.runs[0].id} order.count replays the same, with 1 effect.\n`);

  await first.stop('SIGKILL');
  await using second = await Program.start({ dir: first.dir });
  await fetch(await second.webhook('order.take'), { method: 'POST', body: '{"id":8}' });
  await eventually(
    () => eventsOf(second),
    (found) => found.length === 4,
  );
  expect((await second.api('GET', `/events/${emitted?.id}`)).runs).toHaveLength(1);
});

test('an automation that messages start cannot be bound to a webhook', async () => {
  await using program = await Program.start({ automations: { 'count.yaml': LISTEN } });
  const bindings = [{ automation: 'order.count' }];
  const response = await program.fetchApi('POST', '/webhooks', { bindings });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    error: {
      code: 'webhook.invalid',
      message:
        'Binding 1: Expected an automation that a webhook may start, got "order.count", which has `trigger: topic`.',
    },
  });
});
