import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { SealedPackage } from '../../package/read/reading.ts';
import type { Seal } from '../../package/seal/sign.ts';
import { addExamples } from '../examples.ts';
import { openPackage } from '../open-package.ts';
import { addFormatOptions, documentText, formatOf, packageSummary } from '../package-format.ts';
import { putFile } from '../put-file.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';

export function addPackageSign(parent: Command, attach: Attach): void {
  const command = addFormatOptions(
    parent
      .command('sign')
      .description('Sign a package. The signature goes into the document, or beside package.yaml.')
      .argument('[path]', 'its folder or document; this folder where absent')
      .requiredOption(
        '--key <file>',
        'the private key: PEM, or 32 bytes in base64; `-` is standard input',
      ),
    'the folder or document itself gets it',
  );
  addExamples(
    command,
    'hookwright package sign shop-orders --key signing.pem',
    'hookwright package sign shop-orders.json --key signing.pem',
    'pass show signing-key | hookwright package sign shop-orders --key - -o signed.json',
  );
  attach(command, async (session, path = '.') => {
    const { readPrivateKey } = await import('../../package/seal/keys.ts');
    const { signPackage } = await import('../../package/seal/sign.ts');
    if (path === '-' && session.options.key === '-') {
      throw new HookwrightError(
        'usage.invalid',
        'Expected a key or a package from standard input, got both.',
      );
    }
    if (path === '-' && session.options.out === undefined) {
      throw new HookwrightError('usage.invalid', 'Expected --out with standard input, got none.');
    }
    const key = readPrivateKey(await keyText(session), '--key');
    const pkg = await openPackage(session, path, { ignoreSeal: true });
    if (pkg === undefined) return;
    const seal = signPackage(pkg, key);
    const file = await writeSigned(session, path, pkg, seal);
    session.show(
      { ...packageSummary(pkg, seal), out: file },
      () =>
        `Signed ${pkg.manifest.name} ${pkg.manifest.version} by ${seal.signature.key} in ${file}`,
    );
  });
}

async function keyText({ options, surroundings }: Session): Promise<string> {
  const path = String(options.key);
  const bytes = path === '-' ? await surroundings.input.read() : await readNamedFile(path);
  return Buffer.from(bytes).toString();
}

/** Where the signature is: a new document, the folder's own file, or the same document. */
async function writeSigned(
  session: Session,
  path: string,
  pkg: SealedPackage,
  seal: Seal,
): Promise<string> {
  const { out } = session.options;
  const isFolder = path !== '-' && (await stat(path)).isDirectory();
  if (isFolder && typeof out !== 'string') {
    const { SEAL_FILE } = await import('../../package/read/folder-files.ts');
    const { sealText } = await import('../../package/write/folder.ts');
    const file = join(path, SEAL_FILE);
    await putFile(file, sealText(seal));
    return file;
  }
  const file = typeof out === 'string' ? out : path;
  await putFile(file, await documentText(pkg, seal, formatOf(session, file)));
  return file;
}
