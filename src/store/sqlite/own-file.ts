import { closeSync, openSync } from 'node:fs';

/** What the owner alone may do with a file. */
const OWNER_ONLY = 0o600;

/**
 * Makes a database's file, where there is none, readable for its owner alone. SQLite makes it as the umask
 * says, which lets every user of the machine read the tokens in it where the folder was made by somebody else
 * and may be entered. Its logs get the mode of the file.
 *
 * A file that is there is not touched: closing a handle on it would drop the locks that this process holds
 * there (POSIX fcntl), and its mode may be what somebody chose.
 */
export function makeOwnFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY));
  } catch {
    // It is there, or SQLite is about to say what is wrong with its folder.
  }
}
