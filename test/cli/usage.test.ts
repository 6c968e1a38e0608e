import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import { errorJson, errorText, exitCodeOf } from '../../src/cli/tell-error.ts';
import { SETTING_LIST } from '../../src/config/settings.ts';
import { ERRORS, HookwrightError } from '../../src/core/errors.ts';
import { FakeShell } from './fake.ts';

const shell = new FakeShell();

test.each([
  [['serv'], 'expected a command of hookwright, got "serv".\n  Did you mean "serve"?'],
  [
    ['webhook', 'craete'],
    'expected a command of hookwright webhook, got "craete".\n  Did you mean "create"?',
  ],
  [
    ['webhook', 'create', '--automaton', 'x'],
    'expected an option of hookwright webhook create, got "--automaton".\n  Did you mean "--automation"?',
  ],
  [
    ['webhook', 'create', '--name', 'x'],
    'expected an option of hookwright webhook create, got "--name".\n  Give the name by itself: `hookwright webhook create NAME`.',
  ],
  [
    ['event', 'list', '--jsn'],
    'expected an option of hookwright event list, got "--jsn".\n  Did you mean "--json"?',
  ],
  [
    ['webhook', 'show'],
    'expected hookwright webhook show to be given WEBHOOK, got nothing.\n  Run `hookwright webhook show --help` to see how it is used.',
  ],
  [
    ['serve', '--port'],
    'expected a value for --port <number>, got nothing.\n  Run `hookwright serve --help` to see how it is used.',
  ],
  [
    ['webhook', 'show', 'a', 'b'],
    'expected at most 1 argument for hookwright webhook show, got 2.\n  Run `hookwright webhook show --help` to see how it is used.',
  ],
])('%j is told as wrong usage', async (argv, message) => {
  const { code, out, err } = await shell.run(...argv);
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: `hookwright: ${message}\n` });
});

test('wrong usage is JSON where --json stands anywhere', async () => {
  const { code, err } = await shell.run('webhok', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(err)).toEqual({
    error: {
      code: 'usage.invalid',
      message: 'Expected a command of hookwright, got "webhok".',
      next: 'Did you mean "webhook"?',
    },
  });
});

test('a command of commands without one shows its help and exits as wrong usage', async () => {
  const { code, out, err } = await shell.run('webhook');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^Usage: hookwright webhook /);
  expect(err).toContain('hookwright: expected a command of hookwright webhook, got none.\n');
});

test('help and version are no errors', async () => {
  expect((await shell.run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const argv of [['--help'], ['help'], ['help', 'webhook'], ['serve', '--help']]) {
    const { code, out, err } = await shell.run(...argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: hookwright/);
  }
});

test('help of the program lists every exit code, and every error has one of them', async () => {
  const { out } = await shell.run('--help');
  for (const [code, meaning] of Object.entries(EXIT_CODES)) {
    expect(out).toContain(`  ${code}  ${meaning}\n`);
  }
  for (const { exit } of Object.values(ERRORS)) expect(EXIT_CODES).toHaveProperty(String(exit));
});

test('help of serve names every setting with its variable', async () => {
  const { out } = await shell.run('serve', '--help');
  for (const { flag, variable } of SETTING_LIST) {
    if (flag !== undefined) expect(out).toContain(`${flag} <`);
    expect(out.replace(/\s+/g, ' ')).toContain(`[${variable}, default: `);
  }
});

test('every command describes itself, its arguments and its options', () => {
  const fake = { out: shell.out, err: shell.err } as unknown as Surroundings;
  const check = (command: Command): void => {
    expect(command.description(), command.name()).not.toBe('');
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
    for (const argument of command.registeredArguments) {
      expect(argument.description, command.name()).not.toBe('');
    }
    command.commands.forEach(check);
  };
  check(createProgram(fake, () => {}));
});

test('an unknown variable is warned of once, and does not stop the command', async () => {
  const own = new FakeShell();
  own.env = { HOOKWRIGHT_PROT: '1' };
  const { code, err } = await own.run('webhook', 'list');
  expect(code).toBe(0);
  expect(err).toBe(
    'hookwright: The variable HOOKWRIGHT_PROT is no setting and was ignored. Did you mean "HOOKWRIGHT_PORT"?\n',
  );
});

describe('errors', () => {
  const plain = (_name: string, text: string): string => text;

  test('have a line for each mistake, and what to do below them', () => {
    const error = new HookwrightError('config.invalid', 'Expected a.\nExpected b.', {
      next: 'Do c.',
    });
    expect(errorText(error, plain)).toBe(
      'hookwright: expected a.\nhookwright: expected b.\n  Do c.\n',
    );
    expect(exitCodeOf(error)).toBe(2);
  });

  test('that nobody foresaw come with their stack, and never in JSON', () => {
    const error = new Error('x \x1b[2J');
    expect(errorText(error, plain)).toMatch(
      /^hookwright: an error inside Hookwright itself; please report it\.\nError: x \\u001b\[2J\n {4}at /,
    );
    expect(JSON.parse(errorJson(error))).toEqual({
      error: { code: 'internal', message: 'x \x1b[2J' },
    });
    expect(exitCodeOf(error)).toBe(1);
  });
});
