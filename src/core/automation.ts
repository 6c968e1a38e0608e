/** One saved, immutable text of an automation. */
export interface Revision {
  /** SHA-256 of `source` in hex. */
  readonly id: string;
  readonly automation: string;
  /** The YAML text. */
  readonly source: string;
  readonly createdAt: number;
}

/** An automation as the store knows it: its name and its current revision. */
export interface AutomationRecord {
  readonly name: string;
  readonly revision: Revision;
  /** Path of the file that it was loaded from, relative to the automations folder. */
  readonly file: string;
}

/** A file of the automations folder. */
export interface AutomationFile {
  /** Path below the folder, with `/`. */
  readonly file: string;
  readonly text: string;
}
