import type { Diagnostic } from '../../core/diagnostic.ts';

/** One file of a converted package. */
interface ConvertedFile {
  /** Path within the package's folder. */
  readonly path: string;
  readonly text: string;
}

/** One record of a converted package. */
export interface ConvertedRecord {
  readonly kind: 'automation' | 'webhook';
  /** What other records call it; its file is called so too. */
  readonly uid: string;
  /** As people see it; may hold `{{{prompt}}}`. */
  readonly name: string;
  readonly file: ConvertedFile;
}

/** A record without a counterpart. */
export interface LeftOut {
  readonly uid: string;
  /** The kind that the original calls it, such as `task`. */
  readonly kind: string;
}

/**
 * What a file becomes: a package as a folder. `{{{name}}}` in a text of YAML is for the import to fill in:
 * with the answer to a prompt, or with a placeholder.
 */
export interface Conversion {
  /** What the file was. */
  readonly from:
    | 'cerb package'
    | 'cerb workflow'
    | 'cerb automation'
    | 'cerb event'
    | 'adnanh/webhook';
  readonly records: readonly ConvertedRecord[];
  /** `package.yaml`; absent where the file was none. */
  readonly manifest: ConvertedFile | undefined;
  readonly leftOut: readonly LeftOut[];
  readonly diagnostics: readonly Diagnostic[];
  /** The texts in which diagnostics have their places, by the name that they call each. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface ConvertOptions {
  /** Whether what has no counterpart is left out, with a warning, rather than refused. */
  readonly skipUnsupported: boolean;
}
