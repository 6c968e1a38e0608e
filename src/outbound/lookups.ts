import { OutboundError } from '../core/outbound.ts';
import { describe } from './failure.ts';
import type { Resolve } from './resolve.ts';

/** Milliseconds after which a lookup is held up: resolvers nearby answer in a tenth of it. */
const HELD_UP_MS = 250;
/** Milliseconds for which a name's addresses may stand in for a lookup: the usual time to live in DNS. */
const KEPT_MS = 300_000;
/** Names whose addresses are kept, at least; twice as many at most. */
const NAMES_MAX = 4_096;

/** Addresses that a name had. */
interface Known {
  readonly addresses: readonly string[];
  readonly at: number;
}

/** A lookup under way. */
interface Lookup {
  readonly found: Promise<readonly string[]>;
  readonly began: number;
}

/**
 * Lookups under way, one for each name: each request sees what DNS says now. But Node looks up no more than two
 * names at once, and a name whose DNS server is silent takes ten seconds and more: a few such names hold up the
 * lookups of all others. So where one is held up, the addresses that the name had in the last minutes are given.
 * They are judged like those of a lookup.
 *
 * @param stopwatch monotonic milliseconds
 * @param lookupsMax at once; one more is `egress.busy`
 */
export function sharedLookups(
  resolve: Resolve,
  stopwatch: () => number,
  lookupsMax: number,
): Resolve {
  const underWay = new Map<string, Lookup>();
  const kept = new KeptAddresses();

  async function lookUp(host: string): Promise<readonly string[]> {
    try {
      const addresses = await resolve(host);
      kept.set(host, { addresses, at: stopwatch() });
      return addresses;
    } catch (error) {
      // DNS knows that there is no such name (any more).
      if (describe(error).code === 'ENOTFOUND') kept.delete(host);
      throw error;
    }
  }

  /** The lookup that is under way, or a new one where there is room. */
  function lookupOf(host: string): Lookup | undefined {
    const known = underWay.get(host);
    if (known !== undefined || underWay.size >= lookupsMax) return known;
    const found = lookUp(host).finally(() => underWay.delete(host));
    const lookup = { found, began: stopwatch() };
    underWay.set(host, lookup);
    return lookup;
  }

  return async (host) => {
    const lookup = lookupOf(host);
    const now = stopwatch();
    const before = kept.get(host);
    const isFresh = before !== undefined && now - before.at <= KEPT_MS;
    if (lookup === undefined) {
      if (isFresh) return before.addresses;
      const message = `Expected room to look up ${host}, got ${lookupsMax} names that are looked up already. See whether DNS answers, or send less at once.`;
      throw new OutboundError('egress.busy', message);
    }
    if (!isFresh) return lookup.found;
    return orAfter(lookup.found, lookup.began + HELD_UP_MS - now, before.addresses);
  };
}

/** What the promise gives, or after that many milliseconds the other value. */
function orAfter<T>(promise: Promise<T>, ms: number, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), Math.max(0, ms));
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** In two maps, of which the older is dropped when the newer one is full. */
class KeptAddresses {
  #newer = new Map<string, Known>();
  #older = new Map<string, Known>();

  get(host: string): Known | undefined {
    return this.#newer.get(host) ?? this.#older.get(host);
  }

  set(host: string, known: Known): void {
    if (this.#newer.size >= NAMES_MAX) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(host, known);
  }

  delete(host: string): void {
    this.#newer.delete(host);
    this.#older.delete(host);
  }
}
