import type { PackagePlaceholder, PackageValues } from '../../core/package.ts';

/** Letters and digits that are safe in URLs, names and shells, none of which look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** What placeholders are made of. */
export interface MadeOf {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** So many bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
  /** Where the server is reached. */
  readonly baseUrl: string;
  /** What an earlier import made up, which stays. */
  readonly earlier?: PackageValues | undefined;
}

/** What a placeholder stands for. */
export function madeUp(placeholder: PackagePlaceholder, of: MadeOf): string {
  const { key, type } = placeholder;
  const before =
    of.earlier !== undefined && Object.hasOwn(of.earlier, key) ? of.earlier[key] : undefined;
  switch (type) {
    case 'base_url':
      return of.baseUrl.replace(/\/+$/, '');
    case 'date':
      return typeof before === 'string' && /^\d{4}-\d\d-\d\d$/.test(before)
        ? before
        : new Date(of.now).toISOString().slice(0, 10);
    case 'random': {
      const letters = [...(placeholder.alphabet ?? ALPHABET)];
      const isOurs =
        typeof before === 'string' &&
        [...before].length === placeholder.length &&
        [...before].every((letter) => letters.includes(letter));
      return isOurs ? before : randomText(placeholder.length, [...new Set(letters)], of.random);
    }
  }
}

/** Each letter as likely as the next: bytes beyond the last whole round of the alphabet are thrown away. */
function randomText(
  length: number,
  letters: readonly string[],
  random: (bytes: number) => Uint8Array,
): string {
  const most = 256 - (256 % letters.length);
  const text: string[] = [];
  while (text.length < length) {
    const bytes = [...random(length - text.length)].filter((byte) => byte < most);
    text.push(...bytes.map((byte) => letters[byte % letters.length] as string));
  }
  return text.join('');
}
