import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { HookwrightError } from '../core/errors.ts';
import type { Conversion } from '../package/convert/conversion.ts';

/** The file that was converted. */
interface Original {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a converted package to a new folder, whole or not at all, with the original beside it.
 *
 * @throws HookwrightError `usage.invalid` where the folder has something in it, or cannot be written
 */
export async function writePackage(
  dir: string,
  { records, manifest }: Conversion,
  original: Original,
): Promise<void> {
  const found = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unwritable(dir, error);
  });
  if (found.length > 0) {
    throw new HookwrightError(
      'usage.invalid',
      `Expected a new or empty folder, got ${dir}, which has files.`,
      {
        next: 'Name another folder, or empty this one.',
      },
    );
  }
  const target = resolve(dir);
  const beside = join(
    dirname(target),
    `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  const files = [...(manifest === undefined ? [] : [manifest]), ...records.map(({ file }) => file)];
  try {
    await mkdir(beside, { recursive: true });
    for (const { path, text } of files) await writeFile(join(beside, path), text, { flag: 'wx' });
    await writeFile(join(beside, originalName(original.name)), original.bytes, { flag: 'wx' });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw unwritable(dir, error);
  }
}

/** Not ending in `.yaml`: files that do are automations. */
function originalName(name: string): string {
  const extension = extname(name);
  return `original${/^\.ya?ml$/i.test(extension) ? `${extension}.txt` : extension || '.txt'}`;
}

function unwritable(dir: string, cause: unknown): HookwrightError {
  return new HookwrightError(
    'usage.invalid',
    `Expected a folder that can be written at ${dir}, got ${String(cause)}.`,
    {
      next: 'Check the path and its permissions.',
      cause,
    },
  );
}
