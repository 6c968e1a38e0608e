/** Kinds of records that a package may hold. */
export const RECORD_KINDS = ['automation', 'webhook', 'hook', 'test'] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

/** What a person is asked when a package is imported. */
export interface PackagePrompt {
  /** What `{{{key}}}` in records stands for: letters, digits and `_`. */
  readonly key: string;
  readonly label: string;
  /** `secret`: the answer is stored as a secret, records get its name. `webhook`, `hook`: the name of one that exists. */
  readonly type: 'text' | 'choice' | 'secret' | 'boolean' | 'number' | 'webhook' | 'hook';
  readonly description?: string;
  /** An example of an answer, shown while nothing is typed. */
  readonly placeholder?: string;
  readonly default?: string | number | boolean;
  /** With `choice` alone. */
  readonly options?: readonly { readonly label: string; readonly value: string }[];
  /** With `secret` alone: where its value may be sent, as patterns (`host-pattern.ts`). */
  readonly hosts?: readonly string[];
}

/** Under which answer a record is left out; one of the three says it. */
export interface PackageExclusion {
  /** The record's uid. */
  readonly record: string;
  /** The key of the prompt. */
  readonly prompt: string;
  readonly is?: string | number | boolean;
  readonly is_not?: string | number | boolean;
  /** Whether the answer is something: not `false`, `0`, or an empty text. */
  readonly is_true?: boolean;
}

/** What the import makes up by itself. */
export type PackagePlaceholder =
  | {
      readonly key: string;
      readonly type: 'random';
      /** Characters. */
      readonly length: number;
      readonly alphabet?: string;
    }
  /** The day of the import, `2026-01-31`, in UTC. */
  | { readonly key: string; readonly type: 'date' }
  /** Where the server is reached, without a slash at the end. */
  | { readonly key: string; readonly type: 'base_url' };

/** `package.yaml`. */
export interface PackageManifest {
  /** Lower-case letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** As Semantic Versioning 2.0.0 has it. */
  readonly version: string;
  /** Empty where there is none. */
  readonly description: string;
  /** An SPDX expression. */
  readonly license?: string;
  /** Which versions of Hookwright it works with: a range such as `>=1.2.0 <2`. */
  readonly requires?: string;
  readonly prompts: readonly PackagePrompt[];
  readonly placeholders: readonly PackagePlaceholder[];
  readonly exclude: readonly PackageExclusion[];
}

/** One record as it travels; its text may hold `{{{key}}}`. */
export interface PackageRecord {
  readonly kind: RecordKind;
  /** What other records of the package call it: `{{{uid.orders}}}` is its name. No two are alike. */
  readonly uid: string;
  /** Path below the package's folder, with `/`. */
  readonly file: string;
  /** YAML, without a second document, aliases or tags. */
  readonly text: string;
}

/** A package as it travels: in a folder, or in one document. */
export interface Package {
  readonly manifest: PackageManifest;
  readonly records: readonly PackageRecord[];
  /** What it was converted from, where that was another system's. `file` is `original` with an extension. */
  readonly original?: { readonly file: string; readonly text: string };
}

/** Whether somebody vouches for a package. What is signed wrongly is not read at all. */
export type PackageSignature =
  | { readonly state: 'none' }
  | {
      readonly state: 'valid';
      /** The ed25519 key that signed it: 32 bytes in base64. */
      readonly key: string;
    };

/** Answers and made-up values, by key. */
export type PackageValues = Readonly<Record<string, string | number | boolean>>;

/** One record with all that was asked and made up filled in. */
export interface FilledRecord extends PackageRecord {
  /** The automation's, webhook's or hook's; of a test, its uid. */
  readonly name: string;
}

/** A package that is ready to be compared with what the server has. */
export interface FilledPackage {
  readonly manifest: PackageManifest;
  readonly records: readonly FilledRecord[];
  /** Answers and made-up values, so that the same import again fills in the same; without secrets. */
  readonly values: PackageValues;
  /** Secrets to be stored, by name, which is the key of their prompt. */
  readonly secrets: Readonly<Record<string, FilledSecret>>;
  /** Names of secrets that nobody answered, because the server has them of an earlier import. */
  readonly keptSecrets: readonly string[];
  /** SHA-256 of the package as it came, in hex. */
  readonly digest: string;
  /** The key that signed it, in base64; absent where nobody did. */
  readonly signedBy?: string;
  readonly original?: Package['original'];
}

/** A secret that somebody answered. */
export interface FilledSecret {
  readonly value: string;
  /** Absent where the package does not say. */
  readonly hosts?: readonly string[];
}
