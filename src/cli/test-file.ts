import { readFile } from 'node:fs/promises';
import { Document, isSeq, parseDocument } from 'yaml';
import { HookwrightError } from '../core/errors.ts';
import { quoteBlankTexts } from '../package/write/blank-texts.ts';
import { unreadable } from './read-file.ts';

/** Test files have no aliases. */
const CONTENT = { aliasDuplicateObjects: false } as const;
/** No line is broken in the middle of a text. */
const STYLE = { lineWidth: 0 } as const;

/** A test file as YAML. */
export function writeTestFile(file: object): string {
  const document = new Document(file, CONTENT);
  quoteBlankTexts(document);
  return document.toString(STYLE);
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
  const added = document.createNode(fields, CONTENT);
  quoteBlankTexts(added);
  cases.add(added);
  return document.toString(STYLE);
}
