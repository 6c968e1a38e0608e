import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { AutomationFile } from '../core/automation.ts';
import { HookwrightError } from '../core/errors.ts';

/** Automations in one folder: ten times what the largest installations of this field tell of. */
const FILES_MAX = 10_000;
/** Editors save in several steps (write, rename); what comes within this time is one change. */
const SETTLE_MS = 150;

/**
 * Reads the automations below a folder, by path. Tests of automations (`*.test.yaml`), the package's own
 * `package.yaml`, and hidden files and folders are not among them.
 *
 * @returns `undefined` where the folder does not exist
 */
export async function readFolder(dir: string): Promise<readonly AutomationFile[] | undefined> {
  let names: string[];
  try {
    names = await readdir(dir, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new HookwrightError('config.invalid', `Expected a readable folder, got ${dir}.`, {
      next: 'Set HOOKWRIGHT_AUTOMATIONS_DIR or --automations-dir to a folder of automations.',
      cause: error,
    });
  }
  const files = names.map((name) => name.split(sep).join('/')).filter(isAutomation);
  if (files.length > FILES_MAX) {
    throw new HookwrightError(
      'config.invalid',
      `Expected at most ${FILES_MAX} files below ${dir}, got ${files.length}.`,
    );
  }
  return Promise.all(
    files.sort().map(async (file) => ({ file, text: await readFile(join(dir, file), 'utf8') })),
  );
}

/** Whether a path below the folder is an automation's file. */
function isAutomation(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return (
    /\.ya?ml$/.test(name) &&
    !/\.test\.ya?ml$/.test(name) &&
    !/^package\.ya?ml$/.test(name) &&
    !/(^|\/)\./.test(file) &&
    !/(^|\/)node_modules\//.test(file)
  );
}

/**
 * Calls back after files below a folder have changed and settled.
 *
 * @returns what ends the watching
 */
export function watchFolder(
  dir: string,
  onChange: () => void,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dir, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLE_MS);
    });
    watcher.on('error', onError);
  } catch (error) {
    onError(error);
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
