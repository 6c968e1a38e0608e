import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { openPackage } from '../open-package.ts';
import { packageSummary } from '../package-format.ts';
import type { Attach } from '../session.ts';
import { writeFolder } from '../write-folder.ts';

export function addPackageUnpack(parent: Command, attach: Attach): void {
  const command = parent
    .command('unpack')
    .description('Write a package to a new folder, a file for each record.')
    .argument('<file>', 'the document, or a file that can be converted; `-` is standard input')
    .argument('[folder]', 'a new folder; the name of the package where absent')
    .option('--skip-unsupported', 'leave out what has no counterpart here, with a warning');
  addExamples(
    command,
    'hookwright package unpack shop-orders.json',
    'hookwright package unpack shop-orders.json my-copy',
    'curl -s https://example.com/package.json | hookwright package unpack - my-copy',
  );
  attach(command, async (session, file = '-', folder) => {
    const skipUnsupported = session.options.skipUnsupported === true;
    const pkg = await openPackage(session, file, { skipUnsupported });
    if (pkg === undefined) return;
    const { sealOf } = await import('../../package/seal/sign.ts');
    const { packageFiles } = await import('../../package/write/folder.ts');
    const seal = sealOf(pkg);
    const dir = folder ?? pkg.manifest.name;
    const files = packageFiles(pkg, seal);
    await writeFolder(
      dir,
      files.map(({ path, text }) => ({ path, content: text })),
    );
    const paths = files.map(({ path }) => path);
    session.show(
      { ...packageSummary(pkg, seal), folder: dir, files: paths },
      () => `Wrote ${paths.join(', ')} to ${dir}`,
    );
  });
}
