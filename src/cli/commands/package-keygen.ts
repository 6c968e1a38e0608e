import { chmod, rm, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';

/** Its owner alone reads it. */
const PRIVATE_MODE = 0o600;

export function addPackageKeygen(parent: Command, attach: Attach): void {
  const command = parent
    .command('keygen')
    .description('Make a pair of ed25519 keys with which packages are signed.')
    .argument(
      '<file>',
      'a new file for the private key; the public one is put beside it, as FILE.pub',
    );
  addExamples(command, 'hookwright package keygen ~/.config/hookwright/signing.pem');
  attach(command, async (session, file = '') => {
    const { makeKeyPair } = await import('../../package/seal/keys.ts');
    const { privatePem, publicKey } = makeKeyPair();
    const publicFile = `${file}.pub`;
    await writeKey(file, privatePem, PRIVATE_MODE);
    try {
      await writeKey(publicFile, `${publicKey}\n`, 0o644);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    session.show(
      { public_key: publicKey, private_key_file: file, public_key_file: publicFile },
      () =>
        `Wrote ${file}, which is to be kept secret, and ${publicFile}\nPublic key: ${publicKey}`,
    );
  });
}

async function writeKey(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode });
    await chmod(path, mode); // `mode` above is cut by the umask.
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new HookwrightError(
      'usage.invalid',
      isThere
        ? `Expected a new file, got ${path}, which is there.`
        : `Expected a file that can be written at ${path}, got ${String(error)}.`,
      {
        next: isThere ? 'Name another file: a key that is gone signs no more.' : 'Check the path.',
        cause: error,
      },
    );
  }
}
