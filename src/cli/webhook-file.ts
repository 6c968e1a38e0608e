import { HookwrightError } from '../core/errors.ts';
import { readDocument } from './read-document.ts';
import { readNamedFile } from './read-file.ts';
import type { Session } from './session.ts';

/** Bytes of a file with a webhook: as many as the API takes. */
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * A webhook's settings from a YAML or JSON file, `-` for standard input, with the keys of the API, which
 * checks them. Throws `usage.invalid`.
 */
export async function readWebhookFile(
  { surroundings }: Session,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = path === '-' ? await surroundings.input.read() : await readNamedFile(path);
  const wrong = (mistake: string): HookwrightError =>
    new HookwrightError('usage.invalid', `Expected ${path} to have ${mistake}.`, {
      next: 'docs/webhooks.md shows such a file.',
    });
  if (bytes.length > FILE_BYTES_MAX) {
    throw wrong(`at most ${FILE_BYTES_MAX} bytes, got ${bytes.length}`);
  }
  const value = readDocument(bytes, wrong);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw wrong('an object with the settings of a webhook');
}
