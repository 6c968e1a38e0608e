import { HookwrightError } from '../core/errors.ts';
import type { PackageManifest, PackagePrompt } from '../core/package.ts';
import type { Answers, Earlier } from '../package/fill/answers.ts';
import type { Session } from './session.ts';
import { printable, printableLine, styleFor } from './style.ts';

/** Wrong answers to one prompt in a row: whoever gives more means to end it, as Ctrl-D does. */
const TRIES_MAX = 5;

/** Asks the prompts that have no answer yet, one after another; a wrong answer is asked for again. */
export async function askPrompts(
  session: Session,
  { prompts }: PackageManifest,
  given: Answers,
  earlier?: Earlier,
): Promise<Answers> {
  const answers: Record<string, unknown> = { ...given };
  for (const prompt of prompts) {
    if (Object.hasOwn(given, prompt.key)) continue;
    const answer = await askPrompt(session, prompt, earlier);
    if (answer !== undefined) answers[prompt.key] = answer;
  }
  return answers;
}

/** `undefined` where the person leaves it at what is there. */
async function askPrompt(
  session: Session,
  prompt: PackagePrompt,
  earlier: Earlier | undefined,
): Promise<string | undefined> {
  const { err, input } = session.surroundings;
  const { readAnswer } = await import('../package/fill/answers.ts');
  const usual = usualAnswer(prompt, earlier);
  explain(session, prompt, usual);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const question = questionOf(prompt, usual);
    const isHidden = prompt.type === 'secret';
    const typed = isHidden ? await input.askHidden(question) : await input.ask(question);
    if (typed === '' && usual !== undefined) return undefined;
    const answer = prompt.type === 'choice' ? chosen(prompt, typed) : typed;
    const isNothing = answer.trim() === '';
    const read = readAnswer(prompt, answer);
    if (read.ok && !isNothing) return answer;
    err.write(`${printable(read.ok ? 'Expected an answer, got nothing.' : read.message)}\n`);
  }
  throw new HookwrightError(
    'package.answers',
    `Expected an answer to ${prompt.key}, got ${TRIES_MAX} that are none.`,
  );
}

/** What counts where nothing is typed; of a secret, that there is one. */
function usualAnswer(prompt: PackagePrompt, earlier: Earlier | undefined): string | undefined {
  const { key, type } = prompt;
  if (type === 'secret')
    return earlier?.secrets.includes(key) ? 'the one that is stored' : undefined;
  const before =
    earlier !== undefined && Object.hasOwn(earlier.values, key) ? earlier.values[key] : undefined;
  const value = before ?? prompt.default;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === undefined ? undefined : String(value);
}

/** What stands above the question. */
function explain(session: Session, prompt: PackagePrompt, usual: string | undefined): void {
  const { err, env } = session.surroundings;
  const style = styleFor(err, env);
  const lines = [style('bold', printableLine(prompt.label))];
  if (prompt.description !== undefined) lines.push(printable(prompt.description));
  for (const [index, { label, value }] of (prompt.options ?? []).entries()) {
    const named = label === value ? label : `${label} (${value})`;
    const mark = value === usual ? ', unless you choose another' : '';
    lines.push(`  ${index + 1}) ${printableLine(named)}${mark}`);
  }
  err.write(`${lines.join('\n')}\n`);
}

const ASKED: Readonly<Record<PackagePrompt['type'], string>> = {
  text: '',
  choice: 'Number or value',
  secret: 'Not shown',
  boolean: 'yes or no',
  number: 'A number',
  webhook: 'The name of a webhook',
  hook: 'The name of a hook',
};

function questionOf({ type, placeholder }: PackagePrompt, usual: string | undefined): string {
  const example =
    placeholder === undefined || usual !== undefined ? '' : `such as ${printableLine(placeholder)}`;
  const what = [ASKED[type], example].filter(Boolean).join(', ');
  const offer = usual === undefined ? '' : ` [${printableLine(usual)}]`;
  return `${what}${offer}> `;
}

/** An option by its number, unless the number is an option itself. */
function chosen({ options = [] }: PackagePrompt, typed: string): string {
  const text = typed.trim();
  if (options.some(({ value }) => value === typed)) return typed;
  return (/^\d{1,3}$/.test(text) ? options[Number(text) - 1]?.value : undefined) ?? text;
}
