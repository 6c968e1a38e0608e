import type { Command } from 'commander';
import { SETTINGS, type Setting } from '../../config/settings.ts';
import { type Diagnostic, formatDiagnostic } from '../../core/diagnostic.ts';
import { ERRORS } from '../../core/errors.ts';
import { addExamples } from '../examples.ts';
import type { Attach, Session } from '../session.ts';
import { addSettings } from '../settings-options.ts';
import { printable, type Style } from '../style.ts';
import type { Verdict } from '../validate-files.ts';

export function addValidate(program: Command, attach: Attach): void {
  const command = program
    .command('validate')
    .description('Check automations; every mistake is told with its place and what to do.')
    .argument('[paths...]', 'files or folders; the automations folder where absent')
    .option('--fix', 'mend what can be mended without a decision');
  addSettings(command, [SETTINGS.automationsDir as unknown as Setting]);
  addExamples(
    command,
    'hookwright validate',
    'hookwright validate automations/orders.yaml --fix',
    'hookwright validate --json | jq .errors',
  );
  attach(command, async (session, ...paths) => {
    const { readAutomations, replaceFile, validateFiles } = await import('../validate-files.ts');
    const named = paths.filter((path) => path !== undefined);
    const files = await readAutomations(
      named.length > 0 ? named : [session.config().automationsDir],
    );
    const fix = session.options.fix === true;
    const verdicts = validateFiles(files, fix);
    for (const { file, text, fixed } of verdicts) if (fixed > 0) await replaceFile(file, text);
    const report = reportOf(verdicts);
    if (session.json) session.printJson(report);
    else tell(session, verdicts, report);
    if (report.errors > 0) session.exitCode = ERRORS['automation.invalid'].exit;
  });
}

interface Report {
  readonly files: readonly {
    readonly file: string;
    readonly automation: string | null;
    readonly fixed: number;
    readonly diagnostics: readonly Diagnostic[];
  }[];
  readonly errors: number;
  readonly warnings: number;
}

function reportOf(verdicts: readonly Verdict[]): Report {
  const all = verdicts.flatMap(({ diagnostics }) => diagnostics);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return {
    files: verdicts.map(({ file, automation = null, fixed, diagnostics }) => {
      return { file, automation, fixed, diagnostics };
    }),
    errors,
    warnings: all.length - errors,
  };
}

function tell(session: Session, verdicts: readonly Verdict[], report: Report): void {
  const { style } = session;
  for (const { file, text, fixed, diagnostics } of verdicts) {
    if (fixed > 0) session.print(`${file}: mended ${count(fixed, 'mistake')}\n`);
    for (const diagnostic of diagnostics) {
      session.print(`${coloured(formatDiagnostic(diagnostic, text), diagnostic, style)}\n`);
    }
  }
  const { errors, warnings, files } = report;
  const found = [
    ...(errors > 0 ? [style('red', count(errors, 'error'))] : []),
    ...(warnings > 0 ? [style('yellow', count(warnings, 'warning'))] : []),
  ];
  const sum = found.length > 0 ? found.join(', ') : style('green', 'nothing wrong');
  session.print(`${count(files.length, 'file')}, ${sum}`);
}

/** Colours the first line's severity and the line with the caret. */
export function coloured(text: string, { severity }: Diagnostic, style: Style): string {
  const colour = severity === 'error' ? 'red' : 'yellow';
  return printable(text)
    .split('\n')
    .map((line, index) => {
      if (index === 0) return line.replace(` ${severity} `, ` ${style(colour, severity)} `);
      return index === 2 ? line.replace(/\^+$/, (carets) => style(colour, carets)) : line;
    })
    .join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
