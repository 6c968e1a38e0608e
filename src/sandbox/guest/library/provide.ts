import type { Host } from './host.ts';

/**
 * What a module of the library has for authors: names of `LIBRARY` (`core/library.ts`) with their values.
 *
 * @param random floats in [0, 1) from the run's generator; asked only when an author's code asks, so that it
 *   may be seeded later
 */
export type Provision = (host: Host, random: () => number) => Readonly<Record<string, unknown>>;

/** Defines names on the global object as JavaScript's own are: not enumerable. Namespaces are frozen. */
export function provide(target: object, names: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(names)) {
    if (typeof value === 'object') Object.freeze(value);
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }
}
