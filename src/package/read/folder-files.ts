/** What a package says of itself, in a folder. */
export const MANIFEST_FILE = 'package.yaml';
/** The seal of a package that somebody signed, in a folder. */
export const SEAL_FILE = 'package.seal.yaml';
