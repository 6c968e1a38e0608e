import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import { flagsOf } from '../../src/cli/usage-error.ts';
import { readProfile } from '../../src/hook/read-profile.ts';
import { buildRequest } from '../../src/hook/request.ts';
import { FakeShell } from '../cli/fake.ts';
import { NOW } from '../contract/records.ts';
import { hookOf, messageOf, profiles } from './parts.ts';

const page = readFileSync('docs/hooks.md', 'utf8');

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^\`]*)\`\`\``, 'g'))].map(
    ([, text]) => text as string,
  );
}

test('the profile that docs/hooks.md shows is one, and signs as it says', () => {
  const [text] = blocks('yaml') as [string];
  const { profile, diagnostics } = readProfile('acme.yaml', text);
  expect(diagnostics).toEqual([]);
  expect(profile!.defaults).toMatchObject({
    success: ['200', '204'],
    timeoutMs: 5000,
    retryMs: [10_000, 60_000, 3_600_000],
    failuresMax: 20,
    concurrency: 2,
  });
  const hook = hookOf(profile!, { secret: 'acme' });
  const message = messageOf({ order: { id: 7 } });
  const facts = { deliveryId: 'dlv_1', attempt: 1, now: NOW, source: 'https://h', version: '1' };
  const { headers, body } = buildRequest(hook, profile!, message, facts);
  expect(JSON.parse(Buffer.from(body!).toString())).toEqual({
    event: 'order.created',
    at: new Date(NOW).toISOString(),
    order: { id: 7 },
  });
  const seconds = Math.floor(NOW / 1000);
  const signature = createHmac('sha256', 'acme').update(`${seconds}.`).update(body!).digest('hex');
  expect(new Map(headers).get('X-Acme-Signature')).toBe(`t=${seconds},v1=${signature}`);
});

test('docs/hooks.md lists every profile with its formats', () => {
  for (const name of profiles.names) {
    expect(page).toContain(`| \`${name}\` |`);
    const { formats } = profiles.get(name);
    if (formats.length < 2) continue;
    for (const format of formats) expect(page).toContain(`\`${format.name}\``);
  }
});

test('every command that the pages of hooks show exists, with its options', () => {
  const shell = new FakeShell();
  const surroundings = { out: shell.out, err: shell.err } as unknown as Surroundings;
  const program = createProgram(surroundings, () => {});
  const text = `${page}\n${readFileSync('docs/command-line.md', 'utf8')}`;
  const lines = [...text.matchAll(/^hookwright ((?:hook|message|delivery|token) .*)$/gm)];
  expect(lines.length).toBeGreaterThan(20);
  for (const [line, rest = ''] of lines) {
    const words = rest
      .replace(/ #.*/, '')
      .replace(/'[^']*'/g, 'x')
      .split(/\s+/);
    const [group, name] = words;
    const child = (parent: Command | undefined, called = ''): Command | undefined =>
      parent?.commands.find((one) => one.name() === called);
    const command = child(child(program, group), name);
    expect(command, line).toBeDefined();
    const options = [...flagsOf(command!), '-y'];
    for (const word of words.filter((one) => one.startsWith('-'))) {
      expect(options, line).toContain(word);
    }
  }
});
