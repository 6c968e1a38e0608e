import { createHmac } from 'node:crypto';

/**
 * What a run has had of secrets, as far as its outcome depends on it. Recorded like its journal, so that
 * the run can be executed again where the secrets are not, or are others by now. No value is in it.
 */
export interface SecretUse {
  /** What handles are made of: random, so that nobody outside can write one into a request. */
  readonly seed: string;
  /** Whether there was a value, by the name of each secret that the run has read. */
  readonly names: Readonly<Record<string, boolean>>;
  /**
   * Results of hashing and comparing, in base64, by the SHA-256 of the function and its arguments with
   * handles in the values' places; `null` where there was no value.
   */
  readonly digests: Readonly<Record<string, string | null>>;
}

/** What one execution is given of secrets. The values stay on the host's side of the sandbox. */
export interface ExecutionSecrets {
  /** Names that the automation's policy lists. */
  readonly allowed: readonly string[];
  /** Of those that are stored. */
  readonly values: Readonly<Record<string, string>>;
  /** As recorded, or new. */
  readonly use: SecretUse;
}

/** A handle: letters, digits, `_` and `.`, which URLs, forms, JSON and headers leave as they are. */
const HANDLE = /secret\.([A-Za-z_][A-Za-z0-9_]*)\.([0-9a-f]{32})/g;
const MARK_DIGITS = 32;

/** The text that stands for a secret in one run. */
export function handleOf(seed: string, name: string): string {
  const mark = createHmac('sha256', seed).update(name).digest('hex').slice(0, MARK_DIGITS);
  return `secret.${name}.${mark}`;
}

/**
 * Puts something else in the place of a run's handles; texts that only look like one stay.
 *
 * @param replace is given a secret's name, and where in the text its handle stands
 */
export function replaceHandles(
  text: string,
  seed: string,
  replace: (name: string, at: number) => string,
): string {
  return text.replace(HANDLE, (found, name: string, _mark, at: number) =>
    found === handleOf(seed, name) ? replace(name, at) : found,
  );
}

/** Why a secret has no value, and what to do. */
export function missingSecret(name: string): string {
  return `Expected a stored secret \`${name}\`, got none that can be read. Set it with \`hookwright secret set ${name}\``;
}

/** Why a policy does not let an automation use a secret, and the line to add. */
export function secretRefusal(name: string): string {
  return `Expected a secret that the policy allows, got \`${name}\`. Add to \`policy.secrets\`: ${name}`;
}
