import type { Command } from 'commander';
import { SETTINGS, type Setting } from '../../config/settings.ts';
import { formatDiagnostic } from '../../core/diagnostic.ts';
import { ERRORS, HookwrightError } from '../../core/errors.ts';
import type { Sandbox } from '../../engine/ports.ts';
import { addExamples } from '../examples.ts';
import type { LoadedTests, TestedFile, ToldCase } from '../run-tests.ts';
import type { Attach, Session } from '../session.ts';
import { addSettings } from '../settings-options.ts';
import { printable, printableLine } from '../style.ts';
import { coloured } from './validate.ts';

/** What the process ends with where a case failed. */
const FAILED_EXIT = 1;

export function addTest(program: Command, attach: Attach): void {
  const command = program
    .command('test')
    .description('Run the tests of automations, *.test.yaml, offline.')
    .argument('[paths...]', 'files or folders; the automations folder where absent')
    .option('--watch', 'run again what changes, until Ctrl-C')
    .option('--filter <text>', 'only cases with this text in their name');
  addSettings(command, [SETTINGS.automationsDir as unknown as Setting]);
  addExamples(
    command,
    'hookwright test',
    'hookwright test automations/orders.test.yaml --filter refund',
    'hookwright test --watch',
  );
  attach(command, async (session, ...named) => {
    const { openSandbox } = await import('../../sandbox/pool.ts');
    const given = named.filter((path) => path !== undefined);
    const paths = given.length > 0 ? given : [session.config().automationsDir];
    const sandbox = await openSandbox({ threads: 1 });
    try {
      const tests = new Tests(session, paths, sandbox);
      await tests.round();
      if (session.options.watch === true) await tests.watch();
      else if (given.length > 0 || session.options.filter !== undefined) tests.refuseNone();
    } finally {
      await sandbox.close();
    }
  });
}

/** The tests at some paths, run once or whenever they change. */
class Tests {
  readonly #session: Session;
  readonly #paths: readonly string[];
  readonly #sandbox: Sandbox;
  /** What was run last, by file. */
  #last = new Map<string, string>();
  /** Cases that have run. */
  #ran = 0;

  constructor(session: Session, paths: readonly string[], sandbox: Sandbox) {
    this.#session = session;
    this.#paths = paths;
    this.#sandbox = sandbox;
  }

  /** Runs what is not as it was in the round before; at first that is everything. */
  async round(): Promise<void> {
    const { findTests, loadTests, runTests } = await import('../run-tests.ts');
    const { filter } = this.#session.options;
    const texts = new Map<string, string>();
    const tested: TestedFile[] = [];
    const isFirst = this.#last.size === 0;
    for (const file of await findTests(this.#paths)) {
      const loaded = await loadTests(file);
      texts.set(file, contentOf(loaded));
      if (this.#last.get(file) === texts.get(file)) continue;
      const done = await runTests(loaded, this.#sandbox, typeof filter === 'string' ? filter : '');
      tested.push(done);
      this.#ran += done.cases.length;
      if (!this.#session.json) tellFile(this.#session, done);
    }
    this.#last = texts;
    if (tested.length > 0 || isFirst) tellEnd(this.#session, tested);
  }

  /**
   * What a person asks for by name is there, or misspelt: no case at all would pass for a proof.
   *
   * @throws HookwrightError `usage.invalid`
   */
  refuseNone(): void {
    if (this.#ran > 0 || this.#session.exitCode !== 0) return;
    const { filter } = this.#session.options;
    const wanted = filter === undefined ? '' : ` with ${JSON.stringify(filter)} in the name`;
    const where = this.#paths.map(printableLine).join(', ');
    throw new HookwrightError('usage.invalid', `Expected tests${wanted} at ${where}, got none.`, {
      next: 'docs/testing.md shows how to write them.',
    });
  }

  /** Until the surroundings end. */
  async watch(): Promise<void> {
    const { watchPaths } = await import('../watch-paths.ts');
    const { ended } = this.#session.surroundings;
    const begun = (): void => this.#session.note('watching for changes; Ctrl-C ends.');
    await watchPaths(this.#paths, { ended, begun }, async () => {
      try {
        await this.round();
      } catch (error) {
        // A file that is gone for the moment must not end the watching.
        this.#session.note(error instanceof Error ? error.message : String(error));
      }
    });
  }
}

function contentOf({ text, automation }: LoadedTests): string {
  return JSON.stringify([text, automation?.file, automation?.text]);
}

function tellFile(session: Session, { file, diagnostics, texts, cases }: TestedFile): void {
  session.print(session.style('bold', printableLine(file)));
  for (const diagnostic of diagnostics) {
    const text = formatDiagnostic(diagnostic, texts.get(diagnostic.file) ?? '');
    session.print(coloured(text, diagnostic, session.style));
  }
  for (const told of cases) session.print(caseText(session, file, told));
  session.print('');
}

function caseText({ style }: Session, file: string, told: ToldCase): string {
  const name = printableLine(told.name);
  if (told.passed) return `  ${style('green', '✓')} ${name}`;
  const lines = told.differences.flatMap(({ what, expected, got, line, column, next }) => [
    `    ${style('cyan', `${file}:${line}:${column}`)} ${printableLine(what)}`,
    `      expected ${style('green', printableLine(expected))}`,
    `      got      ${style('red', printableLine(got))}`,
    ...(next === undefined ? [] : indented(printable(next))),
  ]);
  return [`  ${style('red', '✗')} ${name}`, ...lines].join('\n');
}

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `      ${line}`);
}

/** Errors outweigh failures: what could not run says nothing. */
function tellEnd(session: Session, tested: readonly TestedFile[]): void {
  const cases = tested.flatMap((file) => file.cases);
  const passed = cases.filter((told) => told.passed).length;
  const failed = cases.length - passed;
  const all = tested.flatMap(({ diagnostics }) => diagnostics);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  session.exitCode = errors > 0 ? ERRORS['automation.invalid'].exit : failed > 0 ? FAILED_EXIT : 0;
  if (session.json) {
    const files = tested.map(({ file, automation = null, diagnostics, cases: told }) => {
      return { file, automation, diagnostics, cases: told };
    });
    session.printJson({ files, passed, failed, errors });
    return;
  }
  if (errors > 0) session.print(session.style('red', `${errors} error${errors === 1 ? '' : 's'}`));
  session.print(session.style(failed > 0 ? 'red' : 'green', `${passed} passed, ${failed} failed`));
}
