import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, MAIN, Program } from './program.ts';

// What it saw is an argument of an effect: a run that sees something else fails as non-deterministic.
const SEES = `automation: sees
policy: { state: [ "seen" ] }
steps:
  - state: { set: seen, value: "\${{ [request.url, webhook.name] }}" }
  - wait: 2s
  - log: \${{ request.url }} of \${{ webhook.name }}
`;

test('a run sees the URL and the name of its webhook as they were, whatever changes meanwhile', async () => {
  const first = await Program.start({ automations: { 'sees.yaml': SEES } });
  const url = await first.webhook('sees');
  const [{ id, name }] = (await first.api('GET', '/webhooks')).webhooks;
  await first.api('PATCH', `/webhooks/${id}`, { respond: 'ack' });
  await fetch(`${url}/a?b=1`, { method: 'POST', body: '{}' });
  const { runs } = await eventually(
    () => first.api('GET', '/runs?status=waiting'),
    (page) => page.runs.length === 1,
  );
  await first.api('PATCH', `/webhooks/${id}`, { name: 'another' });
  await first.api('POST', `/webhooks/${id}/rotate`);
  await first.stop('SIGKILL');

  const env = { HOOKWRIGHT_PUBLIC_URL: 'https://elsewhere.example' };
  await using second = await Program.start({ dir: first.dir, env });
  const run = await eventually(
    () => second.api('GET', `/runs/${runs[0].id}`),
    ({ ended_at }) => ended_at !== null,
  );
  const text = `${url}/a?b=1 of ${name}`;
  expect(run).toMatchObject({ status: 'succeeded', failure: null, logs: [{ text }] });
  const replayed = spawnSync(
    process.execPath,
    [MAIN, 'run', 'replay', run.id, '--data-dir', join(second.dir, 'data')],
    { encoding: 'utf8' },
  );
  expect(replayed.stderr).toBe('');
  expect(replayed.stdout).toBe(`${run.id} sees replays the same, with 2 effects.\n`);
});
