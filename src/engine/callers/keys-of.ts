import type { Keys } from '../../source/source.ts';
import type { SecretSource } from '../secret-source.ts';

/** The valid values of each role's secret; a role without any is left out. */
export function keysOf(
  secrets: Readonly<Record<string, string>>,
  source: Pick<SecretSource, 'values'>,
): Keys {
  const pairs = Object.entries(secrets).map(([role, name]) => [role, source.values(name)] as const);
  return Object.fromEntries(pairs.filter(([, values]) => values.length > 0));
}
