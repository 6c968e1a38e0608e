import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { HookwrightError } from '../core/errors.ts';
import { readVaultKey, VAULT_KEY_BYTES, VAULT_KEY_EXPECTED } from '../core/vault.ts';

const NAME = 'secret.key';
/** What the group and others may do with a file. */
const OTHERS = 0o077;

/**
 * The key under which secrets are encrypted: the data folder's key file, made on new data.
 *
 * Throws `secret.key_unusable` for a file that others may read, that holds something else, or that is
 * missing.
 *
 * @param isInUse whether values are stored under a key already, so that another one would be of no use
 */
export function readSecretKey(dataDir: string, isInUse: boolean): Uint8Array {
  const path = join(dataDir, NAME);
  try {
    const key = readKeyFile(path);
    if (key === undefined && isInUse) throw missing(path);
    return key ?? makeKeyFile(path);
  } catch (error) {
    if (error instanceof HookwrightError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const got = code ?? message;
    throw new HookwrightError(
      'secret.key_unusable',
      `Expected the key of the secrets in ${path}, got ${got}.`,
      { next: 'Make the file readable to the user that runs Hookwright.', cause: error },
    );
  }
}

function readKeyFile(path: string): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    // Of the open file and not of its name, which may be another's by now.
    const mode = fstatSync(file).mode & 0o777;
    // Windows has no such bits; the folder's own rights are what counts there.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw tooOpen(path, mode);
    const key = readVaultKey(readFileSync(file, 'utf8'));
    if (key === undefined) throw notAKey(path);
    return key;
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all: written under another name first, and never over a key that is there. */
function makeKeyFile(path: string): Uint8Array {
  const key = randomBytes(VAULT_KEY_BYTES);
  const draft = `${path}.${process.pid}.new`;
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(file, `${key.toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } finally {
    rmSync(draft);
  }
  return key;
}

function missing(path: string): HookwrightError {
  return new HookwrightError(
    'secret.key_unusable',
    `Expected the key of the stored secrets in ${path}, got no file.`,
    { next: 'Restore it from a backup, or give the key in HOOKWRIGHT_SECRET_KEY.' },
  );
}

function tooOpen(path: string, mode: number): HookwrightError {
  return new HookwrightError(
    'secret.key_unusable',
    `Expected the key file ${path} to be readable for its owner alone, got mode ${mode.toString(8)}.`,
    { next: `If nobody else can have read it: chmod 600 ${path}` },
  );
}

function notAKey(path: string): HookwrightError {
  return new HookwrightError(
    'secret.key_unusable',
    `Expected ${VAULT_KEY_EXPECTED} in the key file ${path}, got something else.`,
    { next: 'Restore the file from a backup: without its key, stored secrets cannot be read.' },
  );
}
