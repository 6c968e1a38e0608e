/** One saved, immutable text of an automation. */
export interface Revision {
  /** SHA-256 of `source` in hex. */
  readonly id: string;
  readonly automation: string;
  /** The YAML text. */
  readonly source: string;
  readonly createdAt: number;
}

/**
 * Who changes an automation: `folder`, its file in the automations folder; `package:NAME`, imports of that
 * package; `hand`, people, over the API.
 */
export type AutomationOwner = 'folder' | 'hand' | `package:${string}`;

/** An automation as the store knows it: its name and its current revision. */
export interface AutomationRecord {
  readonly name: string;
  readonly revision: Revision;
  /** Path of the file that it was loaded from, below the automations folder or the package's. */
  readonly file: string;
  readonly owner: AutomationOwner;
}

/** The package that an automation is of; `undefined` where it is of none. */
export function packageOf(owner: AutomationOwner): string | undefined {
  return owner.startsWith('package:') ? owner.slice('package:'.length) : undefined;
}

/** An owner in words that complete "…, which X has". */
export function ownerText(owner: AutomationOwner, file: string): string {
  const name = packageOf(owner);
  if (name !== undefined) return `the package ${name}`;
  return owner === 'folder' ? file : 'an automation that was saved by hand';
}

/** A file of the automations folder. */
export interface AutomationFile {
  /** Path below the folder, with `/`. */
  readonly file: string;
  readonly text: string;
}
