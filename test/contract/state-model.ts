import { expect } from 'vitest';
import type { EffectResult, StateArgs } from '../../src/core/effect.ts';

/** State as the contract means it, in as few words as can be: the yardstick of the property test. */
export class StateModel {
  readonly #entries = new Map<string, { value: unknown; until: number }>();

  perform(args: StateArgs, now: number): EffectResult {
    const { key } = args;
    const entry = this.#entries.get(key);
    const live = entry !== undefined && entry.until > now ? entry : undefined;
    const until = 'ttlMs' in args && args.ttlMs !== undefined ? now + args.ttlMs : Infinity;
    if (args.op === 'get') return done(live === undefined ? null : live.value);
    if (args.op === 'delete') {
      this.#entries.delete(key);
      return done(live !== undefined);
    }
    if (args.op === 'set') {
      this.#entries.set(key, { value: args.value, until });
      return done(null);
    }
    const before = live === undefined ? 0 : live.value;
    if (typeof before !== 'number') {
      return { ok: false, code: 'effect.failed', message: expect.any(String) };
    }
    const value = before + args.by;
    this.#entries.set(key, { value, until: live?.until ?? until });
    return done(value);
  }
}

function done(value: unknown): EffectResult {
  return { ok: true, value: JSON.stringify(value) };
}
