import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../src/cli/program.ts';
import type { Surroundings } from '../src/cli/surroundings.ts';
import { compile } from '../src/language/compile.ts';
import { FakeShell } from './cli/fake.ts';

const FILES = readdirSync('automations');
const NAMES = FILES.filter((file) => /^(?!package\.).*(?<!\.test)\.yaml$/.test(file)).map((file) =>
  file.slice(0, -'.yaml'.length),
);
const README = readFileSync('automations/README.md', 'utf8');
/** Fewer would leave out what can go wrong, or what is unusual. */
const CASES_MIN = 2;

function textOf(name: string): string {
  return readFileSync(`automations/${name}.yaml`, 'utf8');
}

/** What stands at the head of a file for its first reader. */
function commentOf(name: string): string {
  return textOf(name).slice(0, textOf(name).indexOf('\nautomation:'));
}

describe.each(NAMES)('the gallery’s %s', (name) => {
  const { automation, diagnostics } = compile(textOf(name), `${name}.yaml`);

  test('compiles without a warning under the name of its file, and says what it does', () => {
    expect(diagnostics).toEqual([]);
    expect(automation).toMatchObject({ name, description: expect.stringMatching(/\w/) });
  });

  test('has tests', () => {
    const { cases } = parse(readFileSync(`automations/${name}.test.yaml`, 'utf8'));
    expect(cases.length).toBeGreaterThanOrEqual(CASES_MIN);
  });

  test('is told in one row of the table, as it tells itself', () => {
    const rows = README.split('\n').filter((line) => line.includes(`](${name}.yaml)`));
    expect(rows).toEqual([
      expect.stringContaining(`| [\`${name}\`](${name}.yaml) | ${automation?.description} | `),
    ]);
  });

  test('starts nothing before somebody binds, calls or enables it', () => {
    const { trigger, disabled = false } = automation ?? {};
    expect(disabled).toBe(trigger === 'topic' || trigger === 'schedule');
  });

  test('says how its secrets are set, and calls functions of the gallery alone', () => {
    const { secrets = [], functions = [] } = automation?.policy ?? {};
    const unsaid = secrets.filter(
      (secret) => !commentOf(name).includes(`hookwright secret set ${secret}`),
    );
    expect(unsaid).toEqual([]);
    expect(functions.filter((called) => !NAMES.includes(called))).toEqual([]);
  });
});

test('the table has no row of what is gone, and the README of the project counts them', () => {
  const linked = [...README.matchAll(/\]\(([\w.]+)\.yaml\)/g)].map(([, name]) => name);
  expect(linked.filter((name) => name !== 'package').sort()).toEqual([...NAMES].sort());
  const others = [...readFileSync('README.md', 'utf8').matchAll(/automations\/([\w.]+)\.yaml\)/g)];
  expect(others.map(([, name]) => name).filter((name) => !NAMES.includes(name ?? ''))).toEqual([]);
  expect(readFileSync('README.md', 'utf8')).toContain(`gallery of ${NAMES.length} `);
});

test('the folder is a package, with nothing else in it', () => {
  expect(parse(readFileSync('automations/package.yaml', 'utf8'))).toEqual({
    name: 'starter',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    description: expect.stringMatching(/\w/),
    license: JSON.parse(readFileSync('package.json', 'utf8')).license,
    requires: expect.stringMatching(/^>=\d/),
  });
  const expected = NAMES.flatMap((name) => [`${name}.yaml`, `${name}.test.yaml`]);
  expect([...FILES].sort()).toEqual([...expected, 'package.yaml', 'README.md'].sort());
});

test('every command that a comment shows is one', () => {
  const shell = new FakeShell();
  const surroundings = { out: shell.out, err: shell.err } as unknown as Surroundings;
  const program = createProgram(surroundings, () => {});
  const shown = NAMES.flatMap((name) =>
    [...commentOf(name).matchAll(/hookwright ([a-z].*)$/gm)].map(([, line = '']) => line),
  );
  expect(shown.length).toBeGreaterThan(NAMES.length);
  expect(shown.filter((line) => !isCommand(program, line))).toEqual([]);
});

/** Whether there is such a command, with these options. */
function isCommand(program: Command, line: string): boolean {
  const words = line.replace(/ #.*$/, '').split(' ');
  let command = program;
  for (const word of words) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) break;
    command = next;
  }
  const flags = words.filter((word) => word.startsWith('--'));
  const known = command.options.map(({ long }) => long);
  return command.commands.length === 0 && flags.every((flag) => known.includes(flag));
}
