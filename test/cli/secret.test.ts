import { beforeEach, describe, expect, test } from 'vitest';
import { FakeShell } from './fake.ts';

let shell: FakeShell;

beforeEach(() => {
  shell = new FakeShell();
  shell.inputBytes = Buffer.from('plain-value\n');
});

describe('secret set', () => {
  test('takes the value from standard input, without the line break at its end', async () => {
    const { code, out, err } = await shell.run(
      ...['secret', 'set', 'KEY', '--host', 'api.example.com', '--host', '*.example.net'],
      ...['--keep-previous', '1h'],
    );
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(shell.engine.secretDrafts.get('KEY')).toEqual({
      value: 'plain-value',
      hosts: ['api.example.com', '*.example.net'],
      keepPreviousMs: 3_600_000,
    });
    expect(out).toBe(
      'KEY is set. It may be sent to api.example.com, *.example.net. The value before it counts until 2026-05-04T04:02:01.000Z.\n',
    );
  });

  test.each([
    ['two\nlines\n', 'two\nlines'],
    ['dos\r\n', 'dos'],
    ['empty line at the end\n\n', 'empty line at the end\n'],
    [' spaces stay ', ' spaces stay '],
  ])('takes %j as %j', async (given, value) => {
    shell.inputBytes = Buffer.from(given);
    await shell.run('secret', 'set', 'KEY');
    expect(shell.engine.secretDrafts.get('KEY')).toEqual({ value });
  });

  test('asks for it on a terminal, and shows nothing', async () => {
    shell.inputTerminal = true;
    shell.err.terminal = true;
    shell.answers = ['typed-value'];
    const { code, out, err } = await shell.run('secret', 'set', 'KEY', '--no-host');
    expect(code).toBe(0);
    expect(shell.questions).toEqual(['Value of KEY (not shown): ']);
    expect(shell.engine.secretDrafts.get('KEY')).toEqual({ value: 'typed-value', hosts: [] });
    expect(out).toBe('KEY is set. It is never sent; `--host` says where it may be.\n');
    expect(err).toBe('');
  });

  test('refuses nothing, bytes, and a value among its arguments', async () => {
    shell.inputTerminal = true;
    shell.err.terminal = true;
    expect((await shell.run('secret', 'set', 'KEY')).err).toContain(
      'expected a value, got nothing',
    );
    shell.inputTerminal = false;
    shell.inputBytes = Buffer.of(0xff, 0xfe);
    expect((await shell.run('secret', 'set', 'KEY')).err).toContain(
      'Store bytes as base64 or hex.',
    );
    expect((await shell.run('secret', 'set', 'KEY', 'plain-value')).code).toBe(2);
    const refused = await shell.run('secret', 'set', 'KEY', '--keep-previous', 'long');
    expect(refused.err).toContain('expected --keep-previous to be a duration such as 24h');
    expect(shell.engine.secretDrafts.size).toBe(0);
  });
});

test('secrets are listed without their values, as text and as JSON', async () => {
  expect((await shell.run('secret', 'list')).out).toBe(
    'There are no secrets. Store one with `hookwright secret set NAME`.\n',
  );
  await shell.run('secret', 'set', 'KEY', '--host', 'api.example.com');
  await shell.run('secret', 'set', 'SIGNING');
  const { out } = await shell.run('secret', 'list');
  expect(out).toBe(
    [
      'NAME     HOSTS            CHANGED                   STATE',
      'KEY      api.example.com  2026-05-04T03:02:01.000Z  set',
      'SIGNING  -                2026-05-04T03:02:01.000Z  set',
      '',
    ].join('\n'),
  );
  const json = await shell.run('secret', 'list', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ secrets: [{ name: 'KEY' }, { name: 'SIGNING' }] });
  expect(out + json.out).not.toContain('plain-value');
});

test('a secret is deleted after a question', async () => {
  await shell.run('secret', 'set', 'KEY');
  shell.inputTerminal = true;
  shell.err.terminal = true;
  shell.answers = ['n'];
  expect((await shell.run('secret', 'delete', 'KEY')).err).toContain('nothing was deleted');
  expect((await shell.run('secret', 'delete', 'KEY', '--yes')).out).toBe('KEY is deleted.\n');
  expect(shell.engine.secretDrafts.size).toBe(0);
  expect((await shell.run('secret', 'delete', 'KEY', '--yes')).code).toBe(5);
});
