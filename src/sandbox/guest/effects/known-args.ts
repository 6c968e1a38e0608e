import type { EffectKind } from '../../../core/effect.ts';
import { effectArgs } from './effect-args.ts';

/** Characters of descriptions and arguments kept: some hundred effects of each of some hundred programs. */
const KEPT_LENGTH_MAX = 4 * 1024 * 1024;
/** Characters of one description: reading a longer one again costs less than the room that it takes. */
const DESCRIPTION_LENGTH_MAX = 4096;

/**
 * `effectArgs`, remembered: a run with n effects is executed n + 1 times and describes each of them anew.
 * Executing again with 50 recorded `http` effects takes 18 % longer without this.
 */
export class KnownArgs {
  /** By kind and limit, then by description: one long key of both would be a new text each time. */
  readonly #known = new Map<string, Map<string, string>>();
  #length = 0;

  /** As `effectArgs`; throws what it throws, each time. */
  read(kind: EffectKind, described: string, now: number, bytesMax: number): string {
    // What a wait comes to depends on the time.
    if (kind === 'wait' || described.length > DESCRIPTION_LENGTH_MAX) {
      return effectArgs(kind, described, now, bytesMax);
    }
    const group = `${kind} ${bytesMax}`;
    const known = this.#known.get(group)?.get(described);
    if (known !== undefined) return known;
    const args = effectArgs(kind, described, now, bytesMax);
    this.#keep(group, described, args);
    return args;
  }

  /** Forgets everything when there is no more room: what is in use is back after one execution. */
  #keep(group: string, described: string, args: string): void {
    this.#length += described.length + args.length;
    if (this.#length > KEPT_LENGTH_MAX) {
      this.#known.clear();
      this.#length = described.length + args.length;
    }
    const kept = this.#known.get(group) ?? new Map<string, string>();
    this.#known.set(group, kept.set(described, args));
  }
}
