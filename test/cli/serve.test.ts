import { beforeEach, expect, test } from 'vitest';
import { HookwrightError } from '../../src/core/errors.ts';
import { BASE } from '../http/api/fake.ts';
import { FakeShell } from './fake.ts';

let shell: FakeShell;

beforeEach(() => {
  shell = new FakeShell();
});

async function serving(): Promise<void> {
  await expect.poll(() => shell.started).toHaveLength(1);
}

test('it listens with the settings of flags and variables until a signal, then closes', async () => {
  shell.env = { HOOKWRIGHT_PORT: '9000', HOOKWRIGHT_RETENTION: '2d' };
  const ended = shell.run('serve', '--port', '9001', '--body-max', '1MB');
  await serving();
  expect(shell.started).toMatchObject([
    {
      listen: true,
      config: { port: 9001, bodyBytesMax: 1024 * 1024, retentionMs: 172_800_000 },
    },
  ]);
  expect(shell.closed).toBe(0);
  shell.signal('SIGTERM');
  expect(await ended).toEqual({ code: 0, out: '', err: '' });
  expect(shell.closed).toBe(1);
  expect(shell.stopListeners.size).toBe(0);
  expect(shell.exits).toEqual([]);
});

test('it ends with an error when its store is lost, so that another process goes on', async () => {
  const message = "Expected the store's thread to be running, got its end.";
  const lost = new HookwrightError('store.failed', message, { next: 'Restart Hookwright.' });
  let closed = 0;
  const close = async (): Promise<void> => {
    closed += 1;
    throw lost; // Its store cannot be closed.
  };
  shell.app = { lost: Promise.resolve(lost), close };
  expect(await shell.run('serve')).toEqual({
    code: 7,
    out: '',
    err: `hookwright: ${message.replace('Expected', 'expected')}\n  Restart Hookwright.\n`,
  });
  expect(closed).toBe(1);
  expect(shell.stopListeners.size).toBe(0);
});

test('a second signal ends the process at once', async () => {
  let finish: (() => void) | undefined;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      finish = resolve;
    });
  shell.app = { close };
  const ended = shell.run('serve');
  await serving();
  shell.signal('SIGINT');
  expect(shell.exits).toEqual([]);
  shell.signal('SIGINT');
  expect(shell.exits).toEqual([130]);
  await expect.poll(() => finish).toBeDefined();
  finish?.();
  await ended;
});

test('on a terminal, people get a banner and the line to try on a first start', async () => {
  shell.out.terminal = true;
  shell.env = { NO_COLOR: '1' };
  const firstWebhook = shell.engine.addWebhook('Webhook Example');
  shell.app = { firstWebhook };
  const ended = shell.run('serve');
  await serving();
  shell.signal('SIGINT');
  const { out, err } = await ended;
  expect(out).toBe(
    [
      '',
      `  Hookwright is listening on ${BASE}`,
      '',
      '  Here is a webhook to try:',
      '',
      `  curl -H 'content-type: application/json' -d '{"hello":"world"}' '${BASE}/webhooks/${firstWebhook.token}'`,
      '',
      '',
    ].join('\n'),
  );
  expect(err).toBe('hookwright: stopping; press Ctrl-C again to stop at once.\n');
});

test('without a terminal, standard output is left to the log', async () => {
  shell.app = { firstWebhook: shell.engine.addWebhook('Webhook Example') };
  const ended = shell.run('serve');
  await serving();
  shell.signal('SIGTERM');
  const { out, err } = await ended;
  expect(out).toBe('');
  expect(err).toContain('  Here is a webhook to try:\n');
});

test('--json prints one line when it listens', async () => {
  const ended = shell.run('serve', '--json');
  await serving();
  shell.signal('SIGTERM');
  expect((await ended).out).toBe(`{"url":"${BASE}","first_webhook_url":null}\n`);
});

test('wrong settings are told before anything starts', async () => {
  expect(await shell.run('serve', '--port', 'x')).toEqual({
    code: 2,
    out: '',
    err: 'hookwright: expected --port to be a whole number from 0 to 65535, got "x".\n  Run `hookwright serve --help` for every setting and its default.\n',
  });
  expect(shell.started).toEqual([]);
});
