import { availableParallelism } from 'node:os';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Config } from './config.ts';
import { type Machine, SETTING_LIST, type Setting } from './settings.ts';

/** Variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Texts of flags by the name of their setting. */
export type Flags = Readonly<Partial<Record<keyof Config, string>>>;

export interface ReadOptions {
  readonly machine?: Machine;
  /** Told of variables that look like settings and are none. */
  readonly warn?: (message: string) => void;
}

const PREFIX = 'HOOKWRIGHT_';
/** Answers to prompts of packages, which `cli/package-answers.ts` reads. */
const ANSWER_PREFIX = 'HOOKWRIGHT_ANSWER_';

/**
 * Every setting from flags, then variables, then defaults. An empty variable counts as unset, because
 * compose files and service managers pass empty ones.
 *
 * Plain readers, no schema library: this runs before every command, and loading zod takes 40 ms.
 *
 * @throws HookwrightError `config.invalid` with a line for each mistake
 */
export function readConfig(env: Environment, flags: Flags = {}, options: ReadOptions = {}): Config {
  const machine = options.machine ?? { cores: availableParallelism() };
  const mistakes: string[] = [];
  const entries = SETTING_LIST.map((setting) => [
    setting.name,
    readSetting(setting, env, flags, machine, mistakes),
  ]);
  if (mistakes.length > 0) {
    throw new HookwrightError('config.invalid', mistakes.join('\n'), {
      next: 'Run `hookwright serve --help` for every setting and its default.',
    });
  }
  for (const message of unknownVariables(env)) options.warn?.(message);
  return Object.freeze(Object.fromEntries(entries)) as unknown as Config;
}

function readSetting(
  setting: Setting,
  env: Environment,
  flags: Flags,
  machine: Machine,
  mistakes: string[],
): unknown {
  const flag = setting.flag === undefined ? undefined : flags[setting.name];
  const variable = env[setting.variable]?.trim() || undefined;
  const given = flag ?? variable;
  if (given === undefined) {
    const fallback = setting.fallback?.(machine);
    return fallback === undefined ? undefined : setting.reader.read(fallback);
  }
  const value = setting.reader.read(given);
  if (value === undefined) {
    const name = flag === undefined ? setting.variable : setting.flag;
    const got = setting.flag === undefined ? 'another text' : JSON.stringify(given);
    mistakes.push(`Expected ${name} to be ${setting.reader.expected}, got ${got}.`);
  }
  return value;
}

function unknownVariables(env: Environment): string[] {
  const known = SETTING_LIST.map((setting) => setting.variable as string);
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith(ANSWER_PREFIX))
    .filter((name) => !known.includes(name))
    .sort()
    .map((name) =>
      [`The variable ${name} is no setting and was ignored.`, didYouMean(name, known)]
        .filter(Boolean)
        .join(' '),
    );
}
