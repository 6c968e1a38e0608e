import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HookwrightError } from '../core/errors.ts';

/** Files below one folder, and folders: ten times what the largest installations of this field tell of. */
const FILES_MAX = 10_000;
const FOLDERS_MAX = 10_000;

/** What lies below a folder. */
export interface FolderContent {
  /** With the folder itself first, as paths. */
  readonly folders: readonly string[];
  /** Relative to the folder, with `/` between, in order. */
  readonly files: readonly string[];
}

/**
 * What lies below a folder, also behind links, each folder once. Hidden files and folders, `node_modules`, links to
 * nothing, pipes and the like are passed over.
 *
 * @param isLenient whether a folder inside that cannot be read is passed over, too
 * @returns `undefined` where the folder does not exist
 * @throws HookwrightError `config.invalid` where it cannot be read, or holds too much
 */
export async function walkFolder(
  dir: string,
  isWanted: (name: string) => boolean,
  isLenient = false,
): Promise<FolderContent | undefined> {
  const folders: string[] = [];
  const files: string[] = [];
  const seen = new Set<string>();
  const walk = async (path: string, prefix: string): Promise<boolean> => {
    const reading = entriesIn(path, dir, seen);
    const isPassedOver = isLenient && path !== dir;
    const entries = await (isPassedOver ? reading.catch(() => undefined) : reading);
    if (entries === undefined) return false;
    folders.push(path);
    for (const entry of entries) {
      const { name } = entry;
      if (name.startsWith('.') || name === 'node_modules') continue;
      const kind = await kindOf(entry, join(path, name));
      if (kind === 'folder') await walk(join(path, name), `${prefix}${name}/`);
      else if (kind === 'file' && isWanted(name)) files.push(`${prefix}${name}`);
      refuseTooMany(dir, folders, files);
    }
    return true;
  };
  return (await walk(dir, '')) ? { folders, files: files.sort() } : undefined;
}

/** What tells a folder from all others, whatever its path. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** `undefined` where there is no such folder, or its content has been seen: a link may lead back. */
async function entriesIn(
  path: string,
  dir: string,
  seen: Set<string>,
): Promise<readonly Dirent[] | undefined> {
  try {
    const identity = identityOf(await stat(path, { bigint: true }));
    if (seen.has(identity)) return undefined;
    seen.add(identity);
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new HookwrightError('config.invalid', `Expected a readable folder, got ${path}.`, {
      next:
        path === dir
          ? 'Set HOOKWRIGHT_AUTOMATIONS_DIR or --automations-dir to a folder of automations.'
          : 'Make it readable, or move it elsewhere.',
      cause: error,
    });
  }
}

async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | undefined> {
  // What a link leads to may be gone.
  const found = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (found?.isFile() === true) return 'file';
  return found?.isDirectory() === true ? 'folder' : undefined;
}

function refuseTooMany(dir: string, folders: readonly string[], files: readonly string[]): void {
  const [count, most, what] =
    files.length > FILES_MAX
      ? [files.length, FILES_MAX, 'files']
      : [folders.length, FOLDERS_MAX, 'folders'];
  if (count <= most) return;
  const message = `Expected at most ${most} ${what} below ${dir}, got more.`;
  throw new HookwrightError('config.invalid', message);
}
