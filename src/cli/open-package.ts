import { stat } from 'node:fs/promises';
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
  const reading = await readAt(session, path, options);
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
