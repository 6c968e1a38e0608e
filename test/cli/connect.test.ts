import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { HookwrightError } from '../../src/core/errors.ts';
import { TOKEN } from '../http/api/fake.ts';
import { FakeShell } from './fake.ts';

let shell: FakeShell;

beforeEach(() => {
  shell = new FakeShell();
  shell.engine.addWebhook('orders');
});

function leaveNote(note: unknown): void {
  writeFileSync(join(shell.dataDir, 'server.json'), JSON.stringify(note));
}

const note = { url: 'http://127.0.0.1:9000', pid: 4711, token: TOKEN };

test('without a running server, a command opens the data folder itself and closes it', async () => {
  expect((await shell.run('webhook', 'list')).code).toBe(0);
  expect(shell.started).toMatchObject([{ listen: false, config: { dataDir: shell.dataDir } }]);
  expect(shell.closed).toBe(1);
});

test('a running server is asked, with its token, and the data folder is left to it', async () => {
  leaveNote(note);
  const asked: string[] = [];
  shell.fetch = async (url, init) => {
    asked.push(`${init.method ?? 'GET'} ${url}`);
    return shell.engine.api.fetch(new Request(url, init));
  };
  expect((await shell.run('webhook', 'list')).out).toContain('orders');
  expect(asked).toEqual([
    'GET http://127.0.0.1:9000/api/v1/server',
    'GET http://127.0.0.1:9000/api/v1/webhooks',
  ]);
  expect(shell.started).toEqual([]);
});

test.each([
  ['nothing listens there any more', note],
  ['it is not whole', { url: note.url }],
  ['its URL is none', { ...note, url: 'x' }],
  ['it is no object', 'x'],
])('a note counts as none where %s', async (_, left) => {
  leaveNote(left);
  expect((await shell.run('webhook', 'list')).code).toBe(0);
  expect(shell.started).toHaveLength(1);
});

test('a note counts as none where another server took the port', async () => {
  leaveNote({ ...note, token: 'of an earlier server' });
  shell.fetch = async (url, init) => shell.engine.api.fetch(new Request(url, init));
  expect((await shell.run('webhook', 'list')).code).toBe(0);
  expect(shell.started).toHaveLength(1);
});

test('a server that goes away during a command is told of', async () => {
  leaveNote(note);
  shell.fetch = async (url, init) => {
    if (url.endsWith('/server')) return shell.engine.api.fetch(new Request(url, init));
    throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
  };
  expect(await shell.run('webhook', 'list')).toEqual({
    code: 6,
    out: '',
    err: 'hookwright: the server went away: ECONNRESET.\n  Its log says why. Try again when it runs.\n',
  });
});

test('an answer that is not the API’s is told with its status', async () => {
  leaveNote(note);
  shell.fetch = async (url, init) =>
    url.endsWith('/server')
      ? shell.engine.api.fetch(new Request(url, init))
      : new Response('<h1>Bad gateway</h1>', { status: 502 });
  expect(await shell.run('webhook', 'list')).toEqual({
    code: 1,
    out: '',
    err: 'hookwright: the server answered 502.\n',
  });
});

test('the folder is closed again where the command fails', async () => {
  expect((await shell.run('webhook', 'show', 'nothing')).code).toBe(5);
  expect(shell.closed).toBe(1);
});

const IN_USE = new HookwrightError(
  'data.in_use',
  'Expected the data folder to be free, got one in use.',
);

test('a folder that another command uses is waited for', async () => {
  shell.refusals.push(IN_USE, IN_USE);
  expect((await shell.run('webhook', 'list')).out).toContain('orders');
  expect(shell.started).toHaveLength(3);
});

test('a server that is just starting is asked once it has left its note', async () => {
  shell.refusals.push(IN_USE);
  shell.fetch = async (url, init) => shell.engine.api.fetch(new Request(url, init));
  shell.onStart = () => leaveNote(note);
  expect((await shell.run('webhook', 'list')).out).toContain('orders');
  expect(shell.started).toHaveLength(1);
});

test('a folder that stays in use is refused in the end, and so is one for another reason at once', async () => {
  shell.refusals.push(...Array.from({ length: 8 }, () => IN_USE));
  expect(await shell.run('webhook', 'list')).toMatchObject({
    code: 7,
    err: 'hookwright: expected the data folder to be free, got one in use.\n',
  });
  expect(shell.started).toHaveLength(8);
  shell.refusals.push(new HookwrightError('data.unusable', 'Expected a folder, got a file.'));
  expect((await shell.run('webhook', 'list')).code).toBe(7);
  expect(shell.started).toHaveLength(9);
});

test('a data folder that a command has begun is told of: the server’s may be another one', async () => {
  shell.app = { isNew: true };
  const { code, err } = await shell.run('webhook', 'list');
  expect({ code, err }).toEqual({
    code: 0,
    err: `hookwright: there was no data in ${shell.dataDir}, so it begins empty; --data-dir names another folder.\n`,
  });
  shell.app = { isNew: false };
  expect((await shell.run('webhook', 'list')).err).toBe('');
});
