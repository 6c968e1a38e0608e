import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AUTOMATIONS, eventually, MAIN, newFolder, Program } from './program.ts';

const OK = 'automation: ok\nsteps:\n  - return: { text: fine }\n';
const SLOW = `automation: slow
limits: { cpu: 10s }
steps:
  - set: { end: "\${{ 0 }}" }
  - run: |
      for (let i = 0; i < 1000000; i++) end = (end + i) % 1000;
  - return: { text: slow }
`;

describe('the first start', () => {
  test('loads the automations, makes an example webhook, and prints a curl line that works', async () => {
    const dir = newFolder();
    cpSync(AUTOMATIONS, join(dir, 'automations'), { recursive: true });
    await using program = await Program.start({ dir });
    const output = await eventually(
      () => program.errors,
      (text) => text.includes('curl'),
    );
    const [, url] = /curl .*'(http[^']*\/webhooks\/[0-9a-f]{40})'/.exec(output) ?? [];
    expect(url).toBeDefined();
    const response = await fetch(`${url}`, {
      method: 'POST',
      headers: { 'X-CustomHeader': 'true' },
    });
    expect(response.status).toBe(200);
    const answer = await response.text();
    expect(JSON.parse(answer)).toMatchObject({
      http: { method: 'POST', headers: { 'x-customheader': 'true' } },
      client: { ip: '127.0.0.1' },
    });
    expect(answer).toContain('\n    "http": {\n        "method"');
    const { webhooks } = await program.api('GET', '/webhooks');
    expect(webhooks).toMatchObject([
      { name: 'Webhook Example', bindings: [{ automation: 'example.webhook.respond' }] },
    ]);
  });

  test('is made up for where nobody was told: its port was taken, or a command came first', async () => {
    const dir = newFolder();
    cpSync(AUTOMATIONS, join(dir, 'automations'), { recursive: true });
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = spawnSync(process.execPath, [MAIN, 'serve', '--port', `${port}`], {
      cwd: dir,
      encoding: 'utf8',
    });
    other.close();
    expect(refused.status).toBe(7);
    expect(refused.stderr).not.toContain('curl');
    const second = await Program.start({ dir });
    const output = await eventually(
      () => second.errors,
      (text) => text.includes('curl'),
    );
    const [, url] = /curl .*'(http[^']*\/webhooks\/[0-9a-f]{40})'/.exec(output) ?? [];
    expect((await fetch(`${url}`)).status).toBe(200);
    await second.stop();
    const third = await Program.start({ dir });
    expect((await third.api('GET', '/events')).events).toHaveLength(1);
    await third.stop();
    expect(third.errors).not.toContain('curl');
  });

  test('is the only one that makes it', async () => {
    const dir = newFolder();
    cpSync(AUTOMATIONS, join(dir, 'automations'), { recursive: true });
    const first = await Program.start({ dir });
    const { webhooks } = await first.api('GET', '/webhooks');
    await first.api('DELETE', `/webhooks/${webhooks[0].id}`);
    await first.stop();
    await using second = await Program.start({ dir });
    expect((await second.api('GET', '/webhooks')).webhooks).toEqual([]);
  });
});

describe('SIGTERM', () => {
  test('lets what is under way end, loses nothing, and exits with 0', async () => {
    await using program = await Program.start({ automations: { 'slow.yaml': SLOW } });
    const url = await program.webhook('slow');
    const answers = Array.from({ length: 8 }, () => fetch(url, { method: 'POST', body: 'x' }));
    await eventually(
      () => program.api('GET', '/events'),
      ({ events }) => events.length === 8,
    );
    const code = program.stop();
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('slow');
    }
    expect(await code).toBe(0);
    expect(existsSync(join(program.dir, 'data/server.json'))).toBe(false);
    await using again = await Program.start({ dir: program.dir });
    const { events } = await again.api('GET', '/events');
    expect(events.map(({ status }: { status: string }) => status)).toEqual(Array(8).fill('done'));
  });
});

describe('a killed process', () => {
  test('finishes what it had begun when it starts again', async () => {
    const first = await Program.start({ automations: { 'slow.yaml': SLOW } });
    const { url } = await first.api('POST', '/webhooks', {
      respond: 'ack',
      bindings: [{ automation: 'slow' }],
    });
    const acknowledged = await Promise.all(
      Array.from({ length: 20 }, async () =>
        (await fetch(url, { method: 'POST', body: 'x' })).json(),
      ),
    );
    await first.stop('SIGKILL');
    await using second = await Program.start({ dir: first.dir });
    const events = await eventually(
      async () => (await second.api('GET', '/events')).events as Record<string, any>[],
      (list) => list.length === 20 && list.every(({ status }) => status === 'done'),
    );
    expect(events.map(({ id }) => id).sort()).toEqual(
      acknowledged.map((answer) => (answer as { id: string }).id).sort(),
    );
    for (const { runs } of events) expect(runs).toMatchObject([{ status: 'succeeded' }]);
  });
});

test('a second process on the same data folder is refused', async () => {
  await using program = await Program.start({ automations: { 'ok.yaml': OK } });
  const second = spawnSync(process.execPath, [MAIN, 'serve', '--port', '0'], {
    cwd: program.dir,
    encoding: 'utf8',
  });
  expect(second.status).toBe(7);
  expect(second.stderr).toContain(
    `expected the data folder ./data to be free, got one in use by process ${program.child.pid}.\n  Stop that process, or give this one another folder with --data-dir.`,
  );
});

test('a port in use is told with what to do', async () => {
  await using program = await Program.start({ automations: { 'ok.yaml': OK } });
  const other = newFolder();
  const second = spawnSync(process.execPath, [MAIN, 'serve', '--port', String(program.port)], {
    cwd: other,
    encoding: 'utf8',
  });
  rmSync(other, { recursive: true });
  expect(second.status).toBe(7);
  expect(second.stderr).toContain(
    `expected to listen on 127.0.0.1:${program.port}, got EADDRINUSE.`,
  );
  expect(second.stderr).toContain('--port');
});

test('an address that is not this machine’s is told with what to do', () => {
  const dir = newFolder();
  // TEST-NET-1 (RFC 5737), which no machine has.
  const refused = spawnSync(process.execPath, [MAIN, 'serve', '--host', '192.0.2.1'], {
    cwd: dir,
    encoding: 'utf8',
  });
  rmSync(dir, { recursive: true });
  expect(refused.status).toBe(7);
  expect(refused.stderr).toContain(
    'expected to listen on 192.0.2.1:8420, got EADDRNOTAVAIL.\n  Name an address of this machine with --host',
  );
});

test('URLs of webhooks have an IPv6 address in brackets, whether or not a server runs', () => {
  const dir = newFolder();
  const flags = ['--host', '::1', '--port', '9000', '--json'];
  const { stdout } = spawnSync(process.execPath, [MAIN, 'webhook', 'create', 'six', ...flags], {
    cwd: dir,
    encoding: 'utf8',
  });
  rmSync(dir, { recursive: true });
  expect(JSON.parse(stdout).url).toMatch(/^http:\/\/\[::1\]:9000\/webhooks\/[0-9a-f]{40}$/);
});

test('a changed automation runs from the next request on; a broken one leaves the last good one', async () => {
  await using program = await Program.start({ automations: { 'ok.yaml': OK } });
  const url = await program.webhook('ok');
  const text = async (): Promise<string> => (await fetch(url)).text();
  expect(await text()).toBe('fine');
  writeFileSync(join(program.dir, 'automations/ok.yaml'), OK.replace('fine', 'better'));
  await eventually(text, (answer) => answer === 'better');
  writeFileSync(join(program.dir, 'automations/ok.yaml'), OK.replace('return', 'retrun'));
  const entry = await eventually(
    () => program.api('GET', '/automations/ok'),
    ({ errors }) => errors > 0,
  );
  expect(entry.diagnostics[0].hint).toBe('Did you mean "return"?');
  expect(await text()).toBe('better');
});

test('a command in a folder without data says so, once', () => {
  const dir = newFolder();
  const list = (): string =>
    spawnSync(process.execPath, [MAIN, 'webhook', 'list'], { cwd: dir, encoding: 'utf8' }).stderr;
  expect(list()).toContain('there was no data in ./data');
  expect(list()).toBe('');
  rmSync(dir, { recursive: true });
});
