import type { Command } from 'commander';
import { formatDiagnostic } from '../../core/diagnostic.ts';
import { ERRORS } from '../../core/errors.ts';
import type { Conversion } from '../../package/convert/conversion.ts';
import { addExamples } from '../examples.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';
import { printable, styleFor } from '../style.ts';
import { coloured } from './validate.ts';

export function addConvert(program: Command, attach: Attach): void {
  const command = program
    .command('convert')
    .description(
      'Turn packages, workflows and automations of Cerb, and hooks of adnanh/webhook, into packages of ours. Nothing is imported.',
    )
    .argument('<file>', 'the file; `-` is standard input')
    .option('--out <dir>', 'a new folder for the package; without it, the files are printed')
    .option('--skip-unsupported', 'leave out what has no counterpart, with a warning');
  addExamples(
    command,
    'hookwright convert package.json --out my-package',
    'hookwright convert workflow.kata --skip-unsupported',
    'hookwright convert hooks.yaml --json | jq .diagnostics',
  );
  attach(command, async (session, file = '-') => {
    const { convert } = await import('../../package/convert/convert.ts');
    const bytes =
      file === '-' ? await session.surroundings.input.read() : await readNamedFile(file);
    const name = file === '-' ? 'standard input' : file;
    const skipUnsupported = session.options.skipUnsupported === true;
    const text = Buffer.from(bytes).toString();
    const conversion = convert(text, name, { skipUnsupported });
    const errors = conversion.diagnostics.filter(({ severity }) => severity === 'error').length;
    const out =
      typeof session.options.out === 'string' && errors === 0 ? session.options.out : null;
    if (out !== null) {
      const { writePackage } = await import('../write-package.ts');
      await writePackage(out, conversion, { name, bytes });
    }
    if (session.json) session.printJson({ ...reportOf(conversion), out });
    else tell(session, conversion, out);
    if (errors > 0) session.exitCode = ERRORS['automation.invalid'].exit;
  });
}

function reportOf({ from, records, manifest, leftOut, diagnostics }: Conversion): object {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return {
    from,
    manifest: manifest ?? null,
    records: records.map(({ kind, uid, name, file }) => ({ kind, uid, name, ...file })),
    left_out: leftOut,
    diagnostics,
    errors,
    warnings: diagnostics.length - errors,
  };
}

/** Diagnostics on standard error; the files, or what was written, on standard output. */
function tell(session: Session, conversion: Conversion, out: string | null): void {
  const { err, env } = session.surroundings;
  const { diagnostics, records, manifest, leftOut, sources } = conversion;
  const style = styleFor(err, env);
  for (const diagnostic of diagnostics) {
    const shown = formatDiagnostic(
      shortened(diagnostic),
      excerpt(sources.get(diagnostic.file) ?? ''),
    );
    err.write(`${coloured(shown, diagnostic, style)}\n\n`);
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  if (leftOut.length > 0) {
    const list = leftOut.map(({ uid, kind }) => `${uid} (${kind})`).join(', ');
    err.write(`${printable(`Records that need Cerb: ${list}`)}\n`);
  }
  if (warnings + errors > 0) {
    err.write(`${[...counted(errors, 'error'), ...counted(warnings, 'warning')].join(', ')}\n`);
  }
  if (errors > 0) return;
  const files = [...(manifest === undefined ? [] : [manifest]), ...records.map(({ file }) => file)];
  if (out === null) {
    session.print(
      files
        .map(({ path, text }) => `# ${path}\n${text}`)
        .join('---\n')
        .trimEnd(),
    );
  } else session.print(`Wrote ${files.map(({ path }) => path).join(', ')} to ${out}`);
}

function counted(count: number, noun: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
}

/** Columns of a line that a person sees: JSON of Cerb has whole scripts on one. */
const EXCERPT_MAX = 160;

function excerpt(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.length > EXCERPT_MAX ? `${line.slice(0, EXCERPT_MAX)}…` : line))
    .join('\n');
}

function shortened<T extends { readonly column: number; readonly length: number }>(
  diagnostic: T,
): T {
  const length = Math.max(1, Math.min(diagnostic.length, EXCERPT_MAX - diagnostic.column));
  return { ...diagnostic, length };
}
