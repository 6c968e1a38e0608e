import type { Command } from 'commander';
import { HookwrightError } from '../core/errors.ts';
import type { PackageManifest } from '../core/package.ts';
import type { Answers, Earlier } from '../package/fill/answers.ts';
import { askPrompts } from './ask-prompts.ts';
import { readDocument } from './read-document.ts';
import { readNamedFile } from './read-file.ts';
import type { Session } from './session.ts';

/** Bytes of a file of answers: a hundred, of which each may be a key with its certificates. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** Variables with answers, such as `HOOKWRIGHT_ANSWER_API_KEY`. */
const VARIABLE_PREFIX = 'HOOKWRIGHT_ANSWER_';

/** Adds the options that answer the prompts of a package. */
export function addAnswerOptions(command: Command): Command {
  return command
    .option(
      '--set <key=value>',
      'an answer to a prompt; may be repeated. Secrets are asked for instead',
      (pair: string, before: unknown) => [...(Array.isArray(before) ? before : []), pair],
    )
    .option('--answers <file>', 'answers in YAML or JSON, by key; `-` is standard input');
}

/**
 * The answers to a package's prompts: those of `--set`, of `--answers`, of variables, and, on a terminal, of
 * the person who sits there.
 *
 * @param earlier what an earlier import left, which is offered
 * @throws HookwrightError `package.answers` with all that are missing or wrong, where nobody can be asked
 */
export async function gatherAnswers(
  session: Session,
  manifest: PackageManifest,
  earlier?: Earlier,
): Promise<Answers> {
  const { input, err } = session.surroundings;
  const given: Answers = {
    ...variables(session, manifest),
    ...(await answersFile(session)),
    ...pairs(session, manifest),
  };
  const isAsking =
    input.terminal && err.terminal && !session.json && session.options.answers !== '-';
  const answers = isAsking ? await askPrompts(session, manifest, given, earlier) : given;
  const { checkAnswers } = await import('../package/fill/answers.ts');
  const { answersError } = await import('../package/fill/refusal.ts');
  const { problems } = checkAnswers(manifest, answers, earlier);
  if (problems.length > 0) throw answersError(problems);
  return answers;
}

function variables({ surroundings }: Session, { prompts }: PackageManifest): Answers {
  return Object.fromEntries(
    prompts.flatMap(({ key }) => {
      const value = surroundings.env[`${VARIABLE_PREFIX}${key}`];
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
}

/** Arguments are visible to every user of the machine, and stay in the shell's history. */
function pairs({ options }: Session, { prompts }: PackageManifest): Answers {
  const given = Array.isArray(options.set) ? (options.set as string[]) : [];
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) {
        throw new HookwrightError('usage.invalid', 'Expected --set KEY=VALUE, got no `=`.');
      }
      const key = pair.slice(0, at);
      if (prompts.some((prompt) => prompt.key === key && prompt.type === 'secret')) {
        throw new HookwrightError(
          'usage.invalid',
          `Expected the secret ${key} to be kept out of the arguments, got it there, where others can see it.`,
          {
            next: `Let it be asked for, or give it in --answers FILE, in --answers - or in ${VARIABLE_PREFIX}${key}.`,
          },
        );
      }
      return [key, pair.slice(at + 1)];
    }),
  );
}

async function answersFile({ options, surroundings }: Session): Promise<Answers> {
  const path = options.answers;
  if (typeof path !== 'string') return {};
  const name = path === '-' ? 'standard input' : path;
  const wrong = (mistake: string): HookwrightError =>
    new HookwrightError('usage.invalid', `Expected ${name} to have ${mistake}.`, {
      next: 'It has a line `key: value` for each answer.',
    });
  const bytes = path === '-' ? await surroundings.input.read() : await readNamedFile(path);
  if (bytes.length > FILE_BYTES_MAX) {
    throw wrong(`at most ${FILE_BYTES_MAX} bytes, got ${bytes.length}`);
  }
  const value = readDocument(bytes, wrong) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong('a map of answers by key');
  return value as Answers;
}
