import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { openPackage } from '../open-package.ts';
import { addFormatOptions, documentText, formatOf, packageSummary } from '../package-format.ts';
import { putFile } from '../put-file.ts';
import type { Attach } from '../session.ts';

export function addPackagePack(parent: Command, attach: Attach): void {
  const command = addFormatOptions(
    parent
      .command('pack')
      .description('Put a package into one document, JSON or YAML, unless it has mistakes.')
      .argument('[path]', 'its folder, or a file that can be converted; this folder where absent'),
    'the document is printed',
  ).option('--skip-unsupported', 'leave out what has no counterpart here, with a warning');
  addExamples(
    command,
    'hookwright package pack shop-orders -o shop-orders.json',
    'hookwright package pack shop-orders --format yaml | less',
    'hookwright package pack cerb-package.json -o converted.yaml',
  );
  attach(command, async (session, path = '.') => {
    const out = typeof session.options.out === 'string' ? session.options.out : undefined;
    const format = formatOf(session, out);
    const skipUnsupported = session.options.skipUnsupported === true;
    const pkg = await openPackage(session, path, { skipUnsupported, checks: true });
    if (pkg === undefined) return;
    const { sealOf } = await import('../../package/seal/sign.ts');
    const seal = sealOf(pkg);
    const text = await documentText(pkg, seal, format);
    if (out !== undefined) await putFile(out, text);
    const summary = packageSummary(pkg, seal);
    if (session.json)
      session.printJson({
        ...summary,
        out: out ?? null,
        ...(out === undefined ? { document: text } : {}),
      });
    else if (out === undefined) session.surroundings.out.write(text);
    else session.print(`Packed ${pkg.records.length} records to ${out}, SHA-256 ${seal.digest}`);
  });
}
