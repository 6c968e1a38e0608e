import type { AutomationRecord } from '../core/automation.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';

/** What automations are looked up among. */
export interface KnownAutomations {
  readonly names: Iterable<string>;
  /** Files of the folder that have had errors since they came, by the name that their text gives. */
  readonly rejected: ReadonlyMap<string, string>;
}

/** What is to be said of a name that no automation has. */
export function missing(
  name: string,
  { names, rejected }: KnownAutomations,
): { message: string; next: string | undefined } {
  const file = rejected.get(name);
  if (file !== undefined) {
    return {
      message: `Expected automation "${name}" to compile, got errors in ${file}.`,
      next: '`hookwright validate` tells them.',
    };
  }
  const message = `Expected the name of an automation, got "${name}".`;
  return { message, next: didYouMean(name, names) };
}

/** The name that the text of an automation gives, as far as a glance tells; it may be no YAML at all. */
export function claimedName(text: string): string | undefined {
  return /^automation[ \t]*:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1];
}

export function ownedByFolder({
  name,
  file,
}: Pick<AutomationRecord, 'name' | 'file'>): HookwrightError {
  return new HookwrightError(
    'automation.owned',
    `Expected an automation that is stored, got "${name}", which the automations folder has.`,
    { next: `Change or delete its file, ${file}.` },
  );
}

export function duplicate(file: string, name: string, owner: string): Diagnostic {
  return {
    file,
    line: 1,
    column: 1,
    length: 1,
    severity: 'error',
    code: 'automation.duplicate',
    message: `Expected a name that no other file uses, got "${name}", which ${owner} has.`,
  };
}
