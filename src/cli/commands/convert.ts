import type { Command } from 'commander';
import { ERRORS } from '../../core/errors.ts';
import type { Conversion } from '../../package/convert/conversion.ts';
import { addExamples } from '../examples.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';
import { printable } from '../style.ts';
import { countDiagnostics, tellDiagnostics } from '../tell-diagnostics.ts';

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
    let conversion = convert(text, name, { skipUnsupported });
    const errors = conversion.diagnostics.filter(({ severity }) => severity === 'error').length;
    const out =
      typeof session.options.out === 'string' && errors === 0 ? session.options.out : null;
    if (out !== null) {
      const { writeFolder } = await import('../write-folder.ts');
      const { originalName } = await import('../../package/read/original.ts');
      const { bareManifest } = await import('../../package/read/converted.ts');
      const manifest = { path: 'package.yaml', text: bareManifest(name) };
      conversion = { ...conversion, manifest: conversion.manifest ?? manifest };
      await writeFolder(out, [
        ...filesOf(conversion).map(({ path, text }) => ({ path, content: text })),
        { path: originalName(name), content: bytes },
      ]);
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
  const { err } = session.surroundings;
  const { diagnostics, leftOut } = conversion;
  tellDiagnostics(session, conversion);
  if (leftOut.length > 0) {
    const list = leftOut.map(({ uid, kind }) => `${uid} (${kind})`).join(', ');
    err.write(`${printable(`Records that need Cerb: ${list}`)}\n`);
  }
  if (diagnostics.length > 0) err.write(`${countDiagnostics(diagnostics)}\n`);
  if (diagnostics.some(({ severity }) => severity === 'error')) return;
  const files = filesOf(conversion);
  if (out === null) {
    session.print(
      files
        .map(({ path, text }) => `# ${path}\n${text}`)
        .join('---\n')
        .trimEnd(),
    );
  } else session.print(`Wrote ${files.map(({ path }) => path).join(', ')} to ${out}`);
}

function filesOf({ manifest, records }: Conversion): readonly { path: string; text: string }[] {
  return [...(manifest === undefined ? [] : [manifest]), ...records.map(({ file }) => file)];
}
