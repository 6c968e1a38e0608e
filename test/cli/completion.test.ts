import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { FakeShell } from './fake.ts';

const shell = new FakeShell();
const { out: script } = await shell.run('completion', 'bash');

/** What bash offers after these words, of which the last is still being typed. */
function offered(...words: readonly string[]): string[] {
  const line = `${script}
COMP_WORDS=(hookwright ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_hookwright
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--noprofile', '--norc', '-c', line], { encoding: 'utf8' });
  return out.split('\n').filter((word) => word !== '');
}

test('bash completes commands, their commands and their options', () => {
  expect(offered('')).toEqual([
    ...[
      'serve',
      'validate',
      'run',
      'test',
      'backtest',
      'webhook',
      'event',
      'automation',
      'secret',
      'token',
      'source',
      'hook',
      'message',
      'delivery',
      'package',
      'convert',
      'schema',
      'completion',
    ],
    ...['--version', '--json', '--help'],
  ]);
  expect(offered('we')).toEqual(['webhook']);
  expect(offered('webhook', '')).toEqual([
    ...[
      'create',
      'list',
      'show',
      'send',
      'refusals',
      'edit',
      'pause',
      'resume',
      'rotate',
      'delete',
    ],
    ...['--help', '--version', '--json'],
  ]);
  expect(offered('webhook', 'create', '--a')).toEqual([
    '--automation',
    '--also',
    '--account',
    '--automations-dir',
  ]);
});

test('bash takes a value that is called like a command for a value', () => {
  expect(offered('webhook', 'show', 'list', '--y')).toEqual([]);
  expect(offered('webhook', 'delete', 'serve', '--y')).toEqual(['--yes']);
});

test('bash offers commands of run and files, because either may follow', () => {
  expect(offered('run', 're')).toEqual(['retry', 'replay']);
  expect(offered('run', 'package.j')).toEqual(['package.json']);
  expect(offered('run', 'replay', '--a')).toEqual(['--automation', '--automations-dir']);
  expect(offered('run', 'list', '--re')).toEqual([]);
});

test('bash offers files for the value of an option, and no options', () => {
  expect(offered('webhook', 'create', '--file', 'package.j')).toEqual(['package.json']);
  const here = offered('webhook', 'create', '--file', '');
  expect(here).toContain('package.json');
  expect(here).not.toContain('--json');
  expect(offered('--json', 'webhook', 'li')).toEqual(['list']);
  expect(offered('webhook', 'delete', '--yes', '--j')).toEqual(['--json']);
});

test('bash offers files beside options where a command takes one', () => {
  expect(offered('validate', '')).toEqual(expect.arrayContaining(['--fix', 'package.json']));
  expect(offered('webhook', 'show', '')).not.toContain('package.json');
});

test('bash falls back to files where no command fits', () => {
  expect(offered('validate', 'some/fi')).toEqual([]);
  expect(script).toContain('complete -o default -F _hookwright hookwright\n');
});

test('zsh and fish get the same tree', async () => {
  const zsh = (await shell.run('completion', 'zsh')).out;
  expect(zsh).toMatch(/^#compdef hookwright\n/);
  expect(zsh).toContain(
    '"event") offers=(list show tail diagnose --help --version --json) valued=() ;;',
  );
  expect(zsh).toContain('"event show") offers=(--body --host');
  const fish = (await shell.run('completion', 'fish')).out;
  expect(fish).toContain(
    `complete -c hookwright -f -n '__hookwright_at "event"' -a 'list show tail diagnose'\n`,
  );
  expect(fish).toContain(`complete -c hookwright -n '__hookwright_at "webhook delete"' -l yes\n`);
  expect(fish).toContain(
    `complete -c hookwright -n '__hookwright_at "webhook create"' -l file -r\n`,
  );
});

test('another shell is refused', async () => {
  expect(await shell.run('completion', 'powershell')).toEqual({
    code: 2,
    out: '',
    err: 'hookwright: expected one of bash, zsh, fish, got "powershell".\n',
  });
});
