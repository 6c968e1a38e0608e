import type { OutputEncoding } from './source.ts';

/**
 * The bytes of an encoded text; `undefined` where it is not exactly that encoding. Node skips what it does
 * not know, so that many texts would stand for the same bytes.
 */
export function decode(text: string, encoding: OutputEncoding): Buffer | undefined {
  if (text === '') return undefined;
  if (encoding === 'hex') {
    return text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text)
      ? Buffer.from(text, 'hex')
      : undefined;
  }
  const bytes = Buffer.from(text, encoding);
  const bare = (other: string) => other.replace(/={1,2}$/, '');
  return bare(bytes.toString(encoding)) === bare(text) ? bytes : undefined;
}

export function encode(bytes: Uint8Array, encoding: OutputEncoding): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding);
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
/** `"`, `&`, `'`, `<` and `>` by number. */
const NUMBERED: ReadonlySet<number> = new Set([34, 38, 39, 60, 62]);

/** What WordPress's `wp_specialchars_decode(…, ENT_QUOTES)` makes of a text: one pass, five characters. */
export function decodeHtml(text: string): string {
  return text.replace(
    /&(?:(lt|gt|quot|amp)|#0*(\d{2})|#[xX]0*([0-9a-fA-F]{2}));/g,
    (entity, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return NAMED[name] ?? entity;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return NUMBERED.has(code) ? String.fromCharCode(code) : entity;
    },
  );
}
