/**
 * Where the parts of this installation lie. The same module runs from three places: `src/` (tests under
 * vitest), `dist/` as it was compiled, and `dist/bundle/`, from which the program starts. Callers give
 * their `import.meta.url`.
 */

/** The last folder of one of these names: the installation may itself lie below one called so. */
const BUILT = /\/(?:src|dist)\/(?!.*\/(?:src|dist)\/)/;

/** A file or folder that ships, by its path from the installation's root, such as `drizzle/sqlite`. */
export function installedFile(importer: string, path: string): URL {
  return new URL(`${importer.slice(0, importer.search(BUILT))}/${path}`);
}

/**
 * The URL of a thread's entry file. Threads always run the bundle: Node 20 cannot load `.ts` in a worker, and
 * one file loads in a third of the time of many.
 *
 * @param entry path of the entry relative to `src/`, without extension, such as `sandbox/guest/thread`
 */
export function threadEntry(importer: string, entry: string): URL {
  return installedFile(importer, `dist/bundle/${entry}.js`);
}
