import { readFile } from 'node:fs/promises';
import { HookwrightError } from '../core/errors.ts';

/** The bytes of a file that a person named. Throws `usage.invalid`. */
export async function readNamedFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Says why a path cannot be read. */
export function unreadable(path: string, error: unknown): HookwrightError {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is none',
    EACCES: 'it may not be read',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is no folder',
  };
  const reason = reasons[code ?? ''] ?? String(error);
  return new HookwrightError('usage.invalid', `Expected a file at ${path}, but ${reason}.`, {
    next: 'Check the path, which counts from the folder where the command was started.',
    cause: error,
  });
}
