import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Command } from 'commander';
import { beforeEach, expect, test } from 'vitest';
import { addAnswerOptions, gatherAnswers } from '../../src/cli/package-answers.ts';
import { Session } from '../../src/cli/session.ts';
import type { HookwrightError } from '../../src/core/errors.ts';
import type { PackageManifest, PackagePrompt } from '../../src/core/package.ts';
import type { Answers, Earlier } from '../../src/package/fill/answers.ts';
import { emptyFolder, FakeShell } from './fake.ts';

const PROMPTS: readonly PackagePrompt[] = [
  { key: 'shop', label: 'Name of the shop', type: 'text', placeholder: 'Main' },
  {
    key: 'plan',
    label: 'Which plan?',
    type: 'choice',
    options: [
      { label: 'Small', value: 's' },
      { label: '2', value: '7' },
    ],
    default: 's',
  },
  { key: 'port', label: 'Port', type: 'number' },
  { key: 'loud', label: 'Loud?', type: 'boolean', default: true },
  { key: 'API_KEY', label: 'Key of the API', description: 'From its console', type: 'secret' },
];

let shell: FakeShell;
beforeEach(() => {
  shell = new FakeShell();
});

/** What is gathered for the prompts, with these arguments. */
function gather(argv: readonly string[], earlier?: Earlier, prompts = PROMPTS): Promise<Answers> {
  const command = addAnswerOptions(new Command()).parse(argv, { from: 'user' });
  const manifest = { prompts, placeholders: [] } as unknown as PackageManifest;
  return gatherAnswers(new Session(shell.surroundings(), command.opts()), manifest, earlier);
}

async function refusal(made: Promise<Answers>): Promise<string> {
  const error = (await made.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as HookwrightError;
  return `${error.code}: ${error.message} ${error.next ?? ''}`;
}

function onTerminal(...answers: string[]): void {
  shell.inputTerminal = true;
  shell.err.terminal = true;
  shell.answers = answers;
}

test('without a terminal all that is missing, wrong or unknown is one error', async () => {
  expect(await refusal(gather(['--set', 'prot=1', '--set', 'plan=x', '--set', 'shop=a=b']))).toBe(
    `package.answers: Expected the key of a prompt, got "prot". Did you mean "port"?
Expected plan to be one of s, 7, got "x".
Expected an answer to port (Port), a number, got none.
Expected an answer to API_KEY (Key of the API), a secret, got none. Give answers with --set KEY=VALUE or --answers FILE.`,
  );
});

test('--set comes before --answers, and that before variables', async () => {
  const file = join(emptyFolder(), 'answers.yaml');
  writeFileSync(file, 'shop: From file\nport: 80\nAPI_KEY: from-file\n');
  shell.env = { HOOKWRIGHT_ANSWER_API_KEY: 'from-env', HOOKWRIGHT_ANSWER_plan: '7' };
  expect(await gather(['--answers', file, '--set', 'shop=Set=it'])).toEqual({
    shop: 'Set=it',
    port: 80,
    API_KEY: 'from-file',
    plan: '7',
  });
  shell.inputBytes = Buffer.from('{"shop": "In", "port": 1, "API_KEY": "from-input"}');
  onTerminal();
  expect(await gather(['--answers', '-'])).toMatchObject({ shop: 'In', API_KEY: 'from-input' });
  expect(shell.questions).toEqual([]);
});

test('a secret is no argument, and its value is nowhere told', async () => {
  const said = await refusal(gather(['--set', 'API_KEY=hunter22']));
  expect(said).toMatch(
    /^usage.invalid: Expected the secret API_KEY to be kept out of the arguments/,
  );
  expect(said).toContain('HOOKWRIGHT_ANSWER_API_KEY');
  shell.env = { HOOKWRIGHT_ANSWER_API_KEY: 'abc' };
  const short = await refusal(gather(['--set', 'shop=a', '--set', 'port=1']));
  expect(short).toContain(
    "Expected a secret's value to have at least 4 characters, got 3 (API_KEY).",
  );
  expect(said + short).not.toMatch(/hunter22|abc/);
});

test('on a terminal each prompt is asked, and again where the answer is wrong', async () => {
  onTerminal('', 'Corner', '3', '2', 'many', '8080', 'perhaps', 'no', 'abc', 'hunter22');
  expect(await gather([])).toEqual({
    shop: 'Corner',
    plan: '7',
    port: '8080',
    loud: 'no',
    API_KEY: 'hunter22',
  });
  expect(shell.questions).toEqual([
    ...['such as Main> ', 'such as Main> '],
    ...['Number or value [s]> ', 'Number or value [s]> '],
    ...['A number> ', 'A number> '],
    ...['yes or no [yes]> ', 'yes or no [yes]> '],
    ...['Not shown> ', 'Not shown> '],
  ]);
  const told = stripVTControlCharacters(shell.err.text);
  expect(told).toContain('Which plan?\n  1) Small (s), unless you choose another\n  2) 2 (7)\n');
  expect(told).toContain('Expected an answer, got nothing.\n');
  expect(told).toContain('Expected port to be a number, got "many".\n');
  expect(told).toContain('Key of the API\nFrom its console\n');
  expect(told).not.toContain('hunter22');
});

test('nothing typed takes what an earlier import had, or the default', async () => {
  onTerminal('', '', '', '', '');
  const earlier = { values: { shop: 'Old', port: 9 }, secrets: ['API_KEY'] };
  expect(await gather([], earlier)).toEqual({});
  expect(shell.questions[0]).toBe(' [Old]> ');
  expect(shell.questions[4]).toBe('Not shown [the one that is stored]> ');
});

test('whoever gives no answer five times is asked no more', async () => {
  onTerminal();
  expect(await refusal(gather([]))).toContain('Expected an answer to shop, got 5 that are none.');
  expect(shell.questions).toHaveLength(5);
});

test('labels cannot move the cursor of the terminal', async () => {
  onTerminal('x');
  await gather([], undefined, [{ key: 'a', label: 'A\u001b[2J\nB', type: 'text' }]);
  expect(shell.err.text).toContain('A\\u001b[2J\\nB');
});

test('answers that are no map are refused', async () => {
  shell.inputBytes = Buffer.from('- a\n');
  expect(await refusal(gather(['--answers', '-']))).toContain('a map of answers by key');
  shell.inputBytes = Buffer.from('__proto__: { shop: x }\n');
  expect(await refusal(gather(['--answers', '-']))).toContain('got "__proto__"');
  expect(await refusal(gather(['--set', 'shop']))).toContain('Expected --set KEY=VALUE');
});
