import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { HookwrightError } from '../core/errors.ts';

/**
 * Puts a file in its place, whole or not at all.
 *
 * @throws HookwrightError `usage.invalid` where that cannot be written
 */
export async function putFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(beside, text, { flag: 'wx' });
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new HookwrightError(
      'usage.invalid',
      `Expected a file that can be written at ${path}, got ${String(cause)}.`,
      { next: 'Check the path and its permissions.', cause },
    );
  }
}
