const KB = 1024;
const MB = 1024 * KB;

/** Bytes of a package, as a document or in all files of its folder. Ten times the largest that Cerb shares. */
export const PACKAGE_BYTES_MAX: number = 8 * MB;

/** Records of one package: what a person could still look through in a plan. */
export const RECORDS_MAX = 1000;

/** Prompts of one package, and placeholders: more questions nobody answers. */
export const QUESTIONS_MAX = 100;

/** Options of one prompt: a list that still fits a screen or two. */
export const OPTIONS_MAX = 100;

/**
 * Values of a JSON document, and lexemes of one in YAML. Each costs some hundred bytes of memory once it is
 * read, so that 8 MB of `[],` would take over a gigabyte; a thousand records as texts have under 20,000.
 */
export const VALUES_MAX = 200_000;

/** Characters of an answer, a label or a description: as many as a secret may have. */
export const ANSWER_CHARACTERS_MAX: number = 64 * KB;

/** Characters that a random placeholder may have: what a column of a name takes. */
export const RANDOM_LENGTH_MAX = 255;

/** Characters of a record's name with all answers, as the language has it for automations. */
export const NAME_CHARACTERS_MAX = 255;

/** Letters that a random placeholder may be made of: as many as a byte tells apart. */
export const ALPHABET_MAX = 256;

/** Characters of a file's path; every file system takes 255 in a name. */
export const PATH_CHARACTERS_MAX = 255;

/** Folders inside each other, below a package's. */
export const FOLDERS_MAX = 8;

/** Diagnostics of one package: more nobody reads. */
export const PACKAGE_DIAGNOSTICS_MAX = 200;
