import type { EffectResult, StateArgs } from '../core/effect.ts';
import { operateState, type StateRow } from '../core/state.ts';

/** The state that one case sees: the same rules as the store's, in memory. */
export class MemoryState {
  readonly #rows = new Map<string, StateRow>();

  /** @param now milliseconds since the epoch */
  operate(args: StateArgs, now: number): EffectResult {
    const { key } = args;
    const { result, change } = operateState(args, now, () => this.#find(key, now));
    if (change === 'delete') this.#rows.delete(key);
    else if (change !== undefined) this.#rows.set(key, change.put);
    return result;
  }

  #find(key: string, now: number): StateRow | undefined {
    const row = this.#rows.get(key);
    return row?.expiresAt == null || row.expiresAt > now ? row : undefined;
  }
}
