/** A secret as it is stored. */
export interface SealedSecret {
  readonly name: string;
  /** Patterns (`core/host-pattern.ts`) of where it may be sent; none: nowhere. */
  readonly hosts: readonly string[];
  /** The value under the vault's key. */
  readonly sealed: Uint8Array;
  /** The value before it, accepted from callers until `until`. */
  readonly previous?: { readonly sealed: Uint8Array; readonly until: number };
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Names can be written as `secrets.NAME` everywhere. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NAME_LENGTH_MAX = 100;

/** Bytes of a value. Private keys have 3 kB, certificates with their chains 10 kB. */
const SECRET_BYTES_MAX: number = 64 * 1024;
/**
 * Characters of a value. Shorter ones are guessed at once, and taking them out of replies would take out
 * other text that only looks so.
 */
const SECRET_LENGTH_MIN = 4;

/** What is wrong with a secret's name, or `undefined`. */
export function secretNameMistake(name: string): string | undefined {
  if (name.length > NAME_LENGTH_MAX) {
    return `Expected a secret's name to have at most ${NAME_LENGTH_MAX} characters, got ${name.length}`;
  }
  if (NAME.test(name)) return undefined;
  return `Expected a secret's name of letters, digits and \`_\` that does not begin with a digit, got ${JSON.stringify(name)}`;
}

/** What is wrong with a value, or `undefined`. Quotes nothing of it. */
export function secretValueMistake(value: string): string | undefined {
  const bytes = Buffer.byteLength(value);
  if (bytes > SECRET_BYTES_MAX) {
    return `Expected a secret's value to have at most ${SECRET_BYTES_MAX} bytes, got ${bytes}`;
  }
  if (value.length < SECRET_LENGTH_MIN) {
    return `Expected a secret's value to have at least ${SECRET_LENGTH_MIN} characters, got ${value.length}`;
  }
  // Encoding as UTF-8 would store another value than was given.
  return value.isWellFormed()
    ? undefined
    : 'Expected a secret to be Unicode text, got half a character';
}
