import { FOLDERS_MAX, PATH_CHARACTERS_MAX } from '../limits.ts';

/** Letters and digits of any script, and marks that every file system stores. */
const PART = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._+@=()-]*$/u;
/** Names that Windows keeps for devices, with any extension (Microsoft: Naming Files, Paths, and Namespaces). */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/**
 * What is wrong with the path of a record's file, or `undefined`. A good one stays below the folder that it
 * is written to, on every system, and is read from it again.
 */
export function pathMistake(path: string): string | undefined {
  if (path.length > PATH_CHARACTERS_MAX) {
    return `Expected a path of at most ${PATH_CHARACTERS_MAX} characters, got ${path.length}`;
  }
  const parts = path.split('/');
  if (path.includes('\\') || path.startsWith('/') || parts.includes('..') || parts.includes('.')) {
    return 'Expected a path below the package’s folder, with `/` between folders, got one that may leave it';
  }
  if (parts.length > FOLDERS_MAX + 1) {
    return `Expected at most ${FOLDERS_MAX} folders inside each other, got ${parts.length - 1}`;
  }
  const odd = parts.find((part) => !PART.test(part) || /[. ]$/.test(part) || DEVICE.test(part));
  if (odd !== undefined) {
    return `Expected names of letters, digits, \`.\`, \`_\` and \`-\`, got ${JSON.stringify(odd)}`;
  }
  if (parts.includes('node_modules') || !/\.ya?ml$/.test(path)) {
    return 'Expected a path that ends in `.yaml`, got another one';
  }
  return /^package(?:\.seal)?\.ya?ml$/i.test(parts.at(-1) ?? '')
    ? 'Expected another name than those of the package’s own files, got one'
    : undefined;
}

/** The same for two paths that are one file on some system. */
export function pathIdentity(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
