import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { type Flags, readConfig } from '../config/read-config.ts';
import { SETTING_LIST, type Setting } from '../config/settings.ts';
import { HookwrightError } from '../core/errors.ts';
import { ApiClient } from './api-client.ts';
import { connect } from './connect.ts';
import { type Style, styleFor } from './style.ts';
import type { Surroundings } from './surroundings.ts';

/** Values of a command's options by their names in camel case. */
export type Options = Readonly<Record<string, unknown>>;

/** One invocation of a command: what it was given, and how it tells its result. */
export class Session {
  readonly surroundings: Surroundings;
  readonly options: Options;
  /** Whether results and errors are told as JSON. */
  readonly json: boolean;
  /** Colours for standard output. */
  readonly style: Style;
  /** What the process ends with where the job ends without an error. */
  exitCode = 0;
  #config: Config | undefined;

  constructor(surroundings: Surroundings, options: Options) {
    this.surroundings = surroundings;
    this.options = options;
    this.json = options.json === true;
    this.style = styleFor(surroundings.out, surroundings.env);
  }

  /** A line for people, or several. */
  print(text: string): void {
    this.surroundings.out.write(`${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** `value` as JSON where that is asked for, what `text` makes of it otherwise. */
  show<T>(value: T, text: (value: T) => string): void {
    if (this.json) this.printJson(value);
    else this.print(text(value));
  }

  /** Something to know that is no result. */
  note(text: string): void {
    this.surroundings.err.write(`hookwright: ${text}\n`);
  }

  /** Settings from flags and variables. Throws `config.invalid`. */
  config(): Config {
    this.#config ??= this.#readConfig();
    return this.#config;
  }

  #readConfig(): Config {
    const flags: Record<string, string> = {};
    for (const setting of SETTING_LIST) {
      const given = this.options[optionName(setting)];
      if (typeof given === 'string') flags[setting.name] = given;
    }
    return readConfig(this.surroundings.env, flags as Flags, {
      warn: (message) => this.note(message),
    });
  }

  /** Does something with the API of the data folder, served or in process. */
  async withApi(job: (api: ApiClient) => Promise<void>): Promise<void> {
    const { dataDir } = this.config();
    const connection = await connect(this.config(), this.surroundings);
    // Who asks in another folder than the server's would take its emptiness for the server's.
    if (connection.isNew) {
      this.note(
        `there was no data in ${dataDir}, so it begins empty; --data-dir names another folder.`,
      );
    }
    try {
      await job(new ApiClient(connection));
    } finally {
      await connection.close();
    }
  }

  /**
   * Lets a person confirm what cannot be undone. Without a terminal, `--yes` has to say so.
   *
   * @returns whether to go on
   */
  async confirm(question: string): Promise<boolean> {
    if (this.options.yes === true) return true;
    const { input, err } = this.surroundings;
    if (!input.terminal || !err.terminal || this.json) {
      throw new HookwrightError('usage.invalid', `Expected --yes, got a question: ${question}`, {
        next: 'Give --yes where nobody can be asked.',
      });
    }
    const answer = await input.ask(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  }
}

/** The name under which commander keeps a setting's flag; empty where it has none. */
function optionName({ flag }: Setting): string {
  return (flag ?? '').slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What runs when a command is called. */
type Job = (session: Session, ...args: (string | undefined)[]) => Promise<void>;

/** How a tree of commands reaches its surroundings: each command is given its job through this. */
export type Attach = (command: Command, job: Job) => Command;
