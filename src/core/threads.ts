/**
 * The URL of a thread's entry file. Threads always run built code: Node 20 cannot load `.ts` in a
 * worker, so a caller that itself runs from `src/` (tests under vitest) is sent to `dist/`.
 *
 * @param importer the caller's `import.meta.url`
 * @param entry path of the entry relative to `src/`, without extension, such as `sandbox/guest/thread`
 */
export function threadEntry(importer: string, entry: string): URL {
  const at = importer.search(/\/(?:src|dist)\/(?!.*\/(?:src|dist)\/)/);
  return new URL(`${importer.slice(0, at)}/dist/${entry}.js`);
}
