import type { ExecutionSecrets, SecretUse } from '../core/secret-use.ts';

/** Where runs get the values of secrets from. */
export interface SecretSource {
  /** `undefined` where there is none that can be read. */
  value(name: string): string | undefined;
  /** All values that count now, the present one first. */
  values(name: string): readonly string[];
  /** Whether it may be sent there. */
  mayGoTo(name: string, url: URL): boolean;
  /** A new text that nobody can guess. */
  seed(): string;
}

/** No values: a replay has what they gave recorded, and what is not recorded fails. */
export const NO_SECRETS: SecretSource = {
  value: () => undefined,
  values: () => [],
  mayGoTo: () => false,
  seed: () => 'none',
};

/** What an execution is given; `undefined` where the policy lists no secret. */
export function executionSecrets(
  allowed: readonly string[],
  source: SecretSource,
  recorded: SecretUse | undefined,
): ExecutionSecrets | undefined {
  if (allowed.length === 0) return undefined;
  const values = allowed.flatMap((name) => {
    const value = source.value(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const use = recorded ?? { seed: source.seed(), names: {}, digests: {} };
  return { allowed, values: Object.fromEntries(values), use };
}
