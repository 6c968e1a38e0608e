import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion } from '../config/version.ts';
import { ERRORS, HookwrightError } from '../core/errors.ts';
import { formatSize } from '../core/quantity.ts';
import type { PackageReading, SealedPackage } from '../package/read/reading.ts';
import { readNamedFile, unreadable } from './read-file.ts';
import type { Session } from './session.ts';
import { countDiagnostics, tellDiagnostics } from './tell-diagnostics.ts';

interface OpenOptions {
  readonly skipUnsupported?: boolean;
  /** Whether a digest or signature that does not fit is passed over: it is about to be made anew. */
  readonly ignoreSeal?: boolean;
  /** Whether its automations are compiled, and its names compared, too. */
  readonly checks?: boolean;
}

/**
 * Reads the package at a path: a folder, or a file in any form; `-` is standard input. Says what is wrong
 * with it; the process ends with 3 then.
 *
 * @returns `undefined` where it has errors
 * @throws HookwrightError `usage.invalid` where there is nothing that can be read
 */
export async function openPackage(
  session: Session,
  path: string,
  options: OpenOptions = {},
): Promise<SealedPackage | undefined> {
  const found = await readAt(session, path, options);
  const reading = options.checks === true ? await checked(session, path, found) : found;
  const { package: read, diagnostics, leftOut } = reading;
  if (read === undefined) {
    session.exitCode = ERRORS['package.invalid'].exit;
    if (session.json) {
      session.printJson({ status: 'invalid', diagnostics, left_out: leftOut });
      return undefined;
    }
  }
  tellDiagnostics(session, reading);
  if (diagnostics.length > 0) {
    session.surroundings.err.write(`${countDiagnostics(diagnostics)}\n`);
  }
  return read;
}

/** The same with what is wrong with its records, whatever its prompts are answered with. */
async function checked(
  session: Session,
  path: string,
  before: PackageReading,
): Promise<PackageReading> {
  const { package: read, ...rest } = before;
  if (read === undefined) return before;
  const { requires, name } = read.manifest;
  const { isForVersion } = await import('../package/fill/fill.ts');
  if (!isForVersion(read.manifest, readVersion())) {
    session.note(`${name} is for Hookwright ${requires}: its automations were not checked.`);
    return before;
  }
  const { checkPackage } = await import('../package/check/package.ts');
  const whole = path === '-' ? 'standard input' : path;
  const { diagnostics, sources } = checkPackage(read, (file) =>
    before.from === 'folder' ? join(path, file) : `${whole}#${file}`,
  );
  const isSound = diagnostics.every(({ severity }) => severity !== 'error');
  return {
    ...rest,
    ...(isSound ? { package: read } : {}),
    diagnostics: [...before.diagnostics, ...diagnostics],
    sources: new Map([...before.sources, ...sources]),
  };
}

async function readAt(
  { surroundings }: Session,
  path: string,
  { skipUnsupported = false, ignoreSeal = false }: OpenOptions,
): Promise<PackageReading> {
  const { readPackage } = await import('../package/read/package.ts');
  const options = { skipUnsupported, ignoreSeal };
  if (path === '-') return readPackage(await surroundings.input.read(), 'standard input', options);
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) {
    const { readPackageFolder } = await import('../package/read/folder.ts');
    return readPackageFolder(path, { ignoreSeal });
  }
  const { PACKAGE_BYTES_MAX } = await import('../package/limits.ts');
  if (found.size > PACKAGE_BYTES_MAX) {
    throw new HookwrightError(
      'package.invalid',
      `Expected a package of at most ${formatSize(PACKAGE_BYTES_MAX)}, got ${path} with ${found.size} bytes.`,
    );
  }
  return readPackage(await readNamedFile(path), path, options);
}
