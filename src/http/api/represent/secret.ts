import type { SecretFacts } from '../../../engine/secrets.ts';
import { iso } from './time.ts';

/** A secret as the API tells it: everything but its value. */
export interface SecretJson {
  readonly name: string;
  readonly hosts: readonly string[];
  /** False where it was stored under another key. */
  readonly readable: boolean;
  /** Until when the value before it counts too; `null` where there is none. */
  readonly previous_until: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export function secretJson(facts: SecretFacts): SecretJson {
  const { name, hosts, readable, previousUntil, createdAt, updatedAt } = facts;
  const previous_until = previousUntil === undefined ? null : iso(previousUntil);
  const created_at = iso(createdAt);
  return { name, hosts, readable, previous_until, created_at, updated_at: iso(updatedAt) };
}
