import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { AutomationFile } from '../core/automation.ts';
import { HookwrightError } from '../core/errors.ts';
import { RECORD_KINDS } from '../core/package.ts';

/** Automations in one folder: ten times what the largest installations of this field tell of. */
const FILES_MAX = 10_000;
/** Editors save in several steps (write, rename); what comes within this time is one change. */
const SETTLE_MS = 150;
/** Milliseconds between two looks for a folder that is not there: who makes one waits no longer than for a reload. */
const LOOK_MS = 1000;

/**
 * Reads the automations below a folder, by path. A package's other files are not among them: its tests
 * (`*.test.yaml`), its own (`package.yaml`), and records of another `kind`; nor are hidden files and folders.
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
  const files = names.map((name) => name.split(sep).join('/')).filter(mayBeAutomation);
  if (files.length > FILES_MAX) {
    throw new HookwrightError(
      'config.invalid',
      `Expected at most ${FILES_MAX} files below ${dir}, got ${files.length}.`,
    );
  }
  const read = await Promise.all(
    files.sort().map(async (file) => ({ file, text: await textOf(join(dir, file)) })),
  );
  return read.flatMap(({ file, text }) =>
    text === undefined || isOtherRecord(text) ? [] : [{ file, text }],
  );
}

/** `undefined` where it is a folder, or was taken away since the names were read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR' || code === 'ENOENT') return undefined;
    throw new HookwrightError('config.invalid', `Expected a readable file, got ${path}.`, {
      next: 'Let the user that Hookwright runs as read it.',
      cause: error,
    });
  }
}

/**
 * Whether a text says that it is a record of another kind. Asked of the text, because it is asked of every
 * file at every start: a key at the beginning of a line is never inside a value.
 */
function isOtherRecord(text: string): boolean {
  const kind = /^["']?kind["']?[ \t]*:[ \t]+["']?([a-z]+)["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1];
  return RECORD_KINDS.some((known) => known !== 'automation' && known === kind);
}

/** Whether a path below the folder may be an automation's file. */
function mayBeAutomation(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return (
    /\.ya?ml$/.test(name) &&
    !/\.test\.ya?ml$/.test(name) &&
    !/^package(?:\.seal)?\.ya?ml$/.test(name) &&
    !/(^|\/)\./.test(file) &&
    !/(^|\/)node_modules\//.test(file)
  );
}

/**
 * Calls back after files below a folder have changed and settled. A folder that is not there is looked for until
 * it is, and counts as changed then.
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
  const settle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  };
  const begin = (isMade: boolean): void => {
    try {
      watcher = watch(dir, { recursive: true }, settle);
      watcher.on('error', onError);
      if (isMade) settle();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        timer = setTimeout(begin, LOOK_MS, true);
      } else {
        onError(error);
      }
    }
  };
  begin(false);
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
