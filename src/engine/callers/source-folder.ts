import type { Diagnostic } from '../../core/diagnostic.ts';
import { HookwrightError } from '../../core/errors.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { Source } from '../../source/source.ts';

/** Where sources come from by name: those that ship, and the operator's own. */
export interface SourceFolder {
  /** Throws `config.invalid` where a folder cannot be read. */
  names(): Promise<readonly string[]>;
  /** `undefined` where there is none of that name. Throws `config.invalid`. */
  get(
    name: string,
  ): Promise<{ readonly source?: Source; readonly diagnostics: readonly Diagnostic[] } | undefined>;
}

/** Throws `source.not_found` with a suggestion, and `source.invalid` with everything that is wrong in its file. */
export async function requireSource(folder: SourceFolder, name: string): Promise<Source> {
  const found = await folder.get(name);
  if (found === undefined) {
    const next =
      didYouMean(name, await folder.names()) ?? 'List them with `hookwright source list`.';
    throw new HookwrightError(
      'source.not_found',
      `Expected the name of a source, got ${JSON.stringify(name)}, which there is none of.`,
      { next },
    );
  }
  if (found.source !== undefined) return found.source;
  const mistakes = found.diagnostics.map(lineOf);
  throw new HookwrightError(
    'source.invalid',
    [`Expected a source without mistakes, got ${name}.`, ...mistakes].join('\n'),
    { next: 'Correct its file, and start the server again.' },
  );
}

function lineOf({ file, line, column, message, hint }: Diagnostic): string {
  return [`${file}:${line}:${column}: ${message}.`, hint].filter(Boolean).join(' ');
}
