/** What the original of a converted package is called. */
export const ORIGINAL_FILE: { readonly pattern: RegExp; readonly what: string } = {
  pattern: /^original(?:\.[A-Za-z0-9]{1,16}){0,2}$/,
  what: '`original` with an extension',
};

/**
 * The name under which an original is kept, by that of the file that it was. It does not end in `.yaml`:
 * files that do are records.
 */
export function originalName(file: string): string {
  const extension = /\.[A-Za-z0-9]{1,16}$/.exec(file)?.[0] ?? '.txt';
  return `original${/^\.ya?ml$/i.test(extension) ? `${extension}.txt` : extension}`;
}
