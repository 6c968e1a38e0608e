import { CERB_NAMESPACE } from '../../core/library.ts';
import { type Base, loadCerb, loadLibrary } from './boot.ts';
import { type Difference, takeDifference } from './picture.ts';
import type { Pointer, QuickJs } from './quickjs.ts';

/**
 * The modules of `library/` that hold names for authors (`LIBRARY` in `core/library.ts`), and which names. A
 * program is loaded with those that it uses: all together take 350 kB, which each run would copy.
 */
export const LIBRARY_MODULES: Readonly<Record<string, readonly string[]>> = {
  lookup: ['get', 'safeEqual'],
  random: ['uuid', 'Random'],
  text: ['Text'],
  dates: ['Dates'],
  csv: ['Csv'],
  base64: ['Base64'],
  hex: ['Hex'],
  digests: ['Hash', 'Hmac'],
  markup: ['Html', 'Xml'],
  url: ['URL', 'URLSearchParams'],
  utf8: ['TextEncoder', 'TextDecoder'],
};

const MODULES: readonly string[] = Object.keys(LIBRARY_MODULES);

/** What the library of translated automations itself uses. */
const CERB_USES: readonly string[] = ['digests', 'base64', 'utf8'];

/**
 * Choices of modules that are kept, of 20 to 700 kB each. Authors use a few; who comes after so many gets all
 * modules.
 */
const CHOICES_MAX = 32;

/** Modules of the library as they lie in memory. */
export interface LoadedLibrary {
  /** What they have changed in the picture. */
  readonly difference: Difference;
  /** The value of `Cerb`, where that is among them. */
  readonly cerb: Pointer | undefined;
}

/** The library in the choices of modules that a thread's programs use; programs with the same share them. */
export class Libraries {
  readonly #base: Base;
  readonly #choices = new Map<string, LoadedLibrary>();

  constructor(base: Base) {
    this.#base = base;
  }

  /**
   * @param names that a program uses; where there are none, it needs no library
   * @param begin gives an instance in the pictured state, to load in: 1 to 10 ms for each module, and 10 to
   *   30 for `Cerb`
   * @throws Error where a module cannot be loaded
   */
  with(names: readonly string[], begin: () => QuickJs): LoadedLibrary | undefined {
    if (names.length === 0) return undefined;
    const usesCerb = names.includes(CERB_NAMESPACE);
    const named = MODULES.filter((module) => {
      const isNamed = LIBRARY_MODULES[module]?.some((name) => names.includes(name)) === true;
      return isNamed || (usesCerb && CERB_USES.includes(module));
    });
    const known = this.#choices.get(choiceOf(named, usesCerb));
    if (known !== undefined) return known;
    const modules = this.#choices.size < CHOICES_MAX ? named : MODULES;
    const choice = choiceOf(modules, usesCerb);
    const loaded = this.#choices.get(choice) ?? this.#load(modules, usesCerb, begin());
    this.#choices.set(choice, loaded);
    return loaded;
  }

  #load(modules: readonly string[], withCerb: boolean, quickjs: QuickJs): LoadedLibrary {
    loadLibrary(quickjs, this.#base, modules);
    const cerb = withCerb ? loadCerb(quickjs) : undefined;
    return { difference: takeDifference(quickjs, this.#base.picture), cerb };
  }
}

function choiceOf(modules: readonly string[], withCerb: boolean): string {
  return [...modules, ...(withCerb ? [CERB_NAMESPACE] : [])].join();
}
