import { readFile } from 'node:fs/promises';
import { type Document, isSeq, parseDocument, stringify } from 'yaml';
import { HookwrightError } from '../core/errors.ts';
import { unreadable } from './read-file.ts';

/** No aliases, which test files do not have, and no line that is broken in the middle of a text. */
const STYLE = { aliasDuplicateObjects: false, lineWidth: 0 } as const;

/** A test file as YAML. */
export function writeTestFile(file: object): string {
  return stringify(file, STYLE);
}

/**
 * A test file with one more case: the text of the file at a path, comments and all, or a new one where there
 * is none.
 *
 * @throws HookwrightError `usage.invalid` where there is something else
 */
export async function withCase(
  path: string,
  automation: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
  if (text === undefined) return writeTestFile({ automation, cases: [fields] });
  const document: Document = parseDocument(text);
  const cases = document.errors.length === 0 ? document.get('cases') : undefined;
  if (!isSeq(cases)) {
    throw new HookwrightError(
      'usage.invalid',
      `Expected a file of tests at ${path}, got one without cases.`,
      { next: 'Name another file, or none, which prints the case.' },
    );
  }
  cases.add(document.createNode(fields, { aliasDuplicateObjects: false }));
  return document.toString({ lineWidth: 0 });
}
