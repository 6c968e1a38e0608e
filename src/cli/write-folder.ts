import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { HookwrightError } from '../core/errors.ts';

/** A file below the folder. */
export interface NewFile {
  /** With `/` between folders; known to stay below. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Writes files to a new folder, whole or not at all.
 *
 * @throws HookwrightError `usage.invalid` where the folder has something in it, or cannot be written
 */
export async function writeFolder(dir: string, files: readonly NewFile[]): Promise<void> {
  const found = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unwritable(dir, error);
  });
  if (found.length > 0) {
    throw new HookwrightError(
      'usage.invalid',
      `Expected a new or empty folder, got ${dir}, which has files.`,
      { next: 'Name another folder, or empty this one.' },
    );
  }
  const target = resolve(dir);
  const beside = join(
    dirname(target),
    `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    await mkdir(beside, { recursive: true });
    for (const { path, content } of files) {
      await mkdir(dirname(join(beside, path)), { recursive: true });
      await writeFile(join(beside, path), content, { flag: 'wx' });
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw unwritable(dir, error);
  }
}

function unwritable(dir: string, cause: unknown): HookwrightError {
  return new HookwrightError(
    'usage.invalid',
    `Expected a folder that can be written at ${dir}, got ${String(cause)}.`,
    { next: 'Check the path and its permissions.', cause },
  );
}
