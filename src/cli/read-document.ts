import { type Document, parseDocument } from 'yaml';
import type { HookwrightError } from '../core/errors.ts';
import { nestingExcess } from '../language/yaml/nesting.ts';

/**
 * The value of a YAML or JSON file that a person wrote; JSON is YAML too.
 *
 * @param wrong makes the error of a mistake that completes "Expected FILE to have …"
 */
export function readDocument(
  bytes: Uint8Array,
  wrong: (mistake: string) => HookwrightError,
): unknown {
  const text = new TextDecoder().decode(bytes);
  if (nestingExcess(text) !== undefined) throw wrong('fewer levels of nesting');
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw wrong(`right YAML or JSON: ${error.message}`);
  return plainValue(document, wrong);
}

/** Without aliases, with which a value can hold itself. */
function plainValue(document: Document, wrong: (mistake: string) => HookwrightError): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw wrong(`no YAML aliases: ${(error as Error).message}`);
  }
}
