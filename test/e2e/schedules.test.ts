import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { eventually, MAIN, newFolder, Program } from './program.ts';

const REPORT = `automation: report.daily
trigger: schedule
on: "0 7 * * *"
timezone: Europe/Berlin
policy: { state: [reports/*] }
steps:
  - state: { increment: reports/count }
    as: count
  - log: report \${{ count }} of \${{ event.scheduled_at }}
`;

/** A program on its own data folder, in this process, whose clock stands where a test says. */
async function startAt(dir: string, now: string): Promise<App> {
  mkdirSync(join(dir, 'automations'), { recursive: true });
  writeFileSync(join(dir, 'automations/report.yaml'), REPORT);
  const flags = {
    port: '0',
    logLevel: 'silent',
    dataDir: join(dir, 'data'),
    automationsDir: join(dir, 'automations'),
  };
  return startApp(readConfig({}, flags, { warn: () => {} }), { clock: () => Date.parse(now) });
}

async function get(app: App, path: string): Promise<any> {
  const headers = { authorization: `Bearer ${app.apiToken}` };
  return (await app.fetch(new Request(`http://x/api/v1${path}`, { headers }))).json();
}

test('a server that was down at the time of a schedule makes up for the last one, once', async () => {
  const dir = newFolder();
  try {
    const first = await startAt(dir, '2026-03-27T12:00:00Z');
    expect((await get(first, '/automations/report.daily')).schedule.next).toEqual([
      '2026-03-28T06:00:00.000Z',
      '2026-03-29T05:00:00.000Z', // Summer time.
      '2026-03-30T05:00:00.000Z',
      '2026-03-31T05:00:00.000Z',
      '2026-04-01T05:00:00.000Z',
    ]);
    expect((await get(first, '/events')).events).toEqual([]);
    await first.close();
    for (const now of ['2026-03-29T09:00:00Z', '2026-03-29T10:00:00Z']) {
      const later = await startAt(dir, now);
      const { events } = await eventually(
        () => get(later, '/events'),
        (found) => found.events[0]?.runs[0]?.status === 'succeeded',
      );
      await later.close();
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        method: 'SCHEDULE',
        path: 'report.daily',
        webhook_id: '',
        received_at: '2026-03-29T09:00:00.000Z',
        runs: [{ automation: 'report.daily', answer_status: null }],
      });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

/** Runs `hookwright` in the program's folder and gives what it prints. */
async function cli(dir: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: dir });
  return stdout;
}

test('a schedule can be started by hand, with a server and without, and its run replays', async () => {
  const text = REPORT.replace('0 7 * * *', '0 0 1 1 *');
  await using program = await Program.start({ automations: { 'report.yaml': text } });
  const { dir } = program;
  const started = JSON.parse(await cli(dir, 'automation', 'run', 'report.daily', '--json'));
  const shown = await eventually(
    () => program.api('GET', `/events/${started.event}`),
    ({ runs }) => runs[0]?.status === 'succeeded',
  );
  expect(shown.runs[0].logs[0].text).toMatch(/^report 1 of \d{4}-\d\d-\d\dT/);
  expect(await cli(dir, 'run', 'replay', shown.runs[0].id)).toContain('same');

  await program.stop();
  const stored = JSON.parse(await cli(dir, 'automation', 'run', 'report.daily', '--json'));
  await using next = await Program.start({ dir });
  const later = await eventually(
    () => next.api('GET', `/events/${stored.event}`),
    ({ runs }) => runs[0]?.status === 'succeeded',
  );
  expect(later.runs[0].logs[0].text).toMatch(/^report 2 of /);
});

test('only a schedule is started by hand, and only something else by a webhook', async () => {
  const greet = 'automation: greet\nsteps: [{ return: { status: 200 } }]\n';
  await using program = await Program.start({
    automations: { 'greet.yaml': greet, 'report.yaml': REPORT },
  });
  const refused = await program.fetchApi('POST', '/automations/greet/run');
  expect(refused.status).toBe(409);
  expect(await refused.json()).toEqual({
    error: {
      code: 'automation.trigger',
      message:
        'Expected an automation with `trigger: schedule`, got "greet", which has `trigger: webhook`.',
      next: 'Send a request to a webhook that it is bound to.',
    },
  });
  expect((await program.fetchApi('POST', '/automations/gret/run')).status).toBe(404);
  const bindings = [{ automation: 'report.daily' }];
  const bound = await program.fetchApi('POST', '/webhooks', { bindings });
  expect(bound.status).toBe(422);
});
