import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AutomationFile } from '../core/automation.ts';
import { HookwrightError } from '../core/errors.ts';
import { RECORD_KINDS } from '../core/package.ts';
import { walkFolder } from './walk-folder.ts';

/**
 * Reads the automations below a folder, by path. A package's other files are not among them: its tests
 * (`*.test.yaml`), its own (`package.yaml`), and records of another `kind`; nor are hidden files and folders.
 *
 * @param onUnreadable told of each file that cannot be read, and by whose fault
 * @returns `undefined` where the folder does not exist
 * @throws HookwrightError `config.invalid` where it cannot be read, or a file where nobody wants to be told
 */
export async function readFolder(
  dir: string,
  onUnreadable?: (file: string, error: unknown) => void,
): Promise<readonly AutomationFile[] | undefined> {
  const content = await walkFolder(dir, mayBeAutomation);
  if (content === undefined) return undefined;
  const read = await Promise.all(
    content.files.map(async (file) => {
      try {
        return [{ file, text: await readFile(join(dir, file), 'utf8') }];
      } catch (error) {
        // It went away after its folder was read.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        if (onUnreadable !== undefined) {
          onUnreadable(file, error);
          return [];
        }
        const message = `Expected a readable file, got ${join(dir, file)}.`;
        throw new HookwrightError('config.invalid', message, {
          next: 'Let the user that Hookwright runs as read it.',
          cause: error,
        });
      }
    }),
  );
  return read.flat().filter(({ text }) => !isOtherRecord(text));
}

/**
 * Whether a text says that it is a record of another kind. Asked of the text, because it is asked of every
 * file at every start: a key at the beginning of a line is never inside a value.
 */
function isOtherRecord(text: string): boolean {
  const kind = /^["']?kind["']?[ \t]*:[ \t]+["']?([a-z]+)["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1];
  return RECORD_KINDS.some((known) => known !== 'automation' && known === kind);
}

/** Whether a file of this name may be an automation's. */
function mayBeAutomation(name: string): boolean {
  return (
    /\.ya?ml$/.test(name) &&
    !/\.test\.ya?ml$/.test(name) &&
    !/^package(?:\.seal)?\.ya?ml$/.test(name)
  );
}
