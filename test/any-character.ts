import fc from 'fast-check';

const SURROGATES_FIRST = 0xd800;
const SURROGATES_COUNT = 0x800;
const CODE_POINT_MAX = 0x10ffff;

/**
 * Any Unicode character as `unit` of `fc.string`: the same texts as the unit `binary` gives, without its table of
 * 1.1 million entries, which takes 0.7 s of CPU and 110 MB in each file of tests that asks for it.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat(CODE_POINT_MAX - SURROGATES_COUNT)
  .map((index) => String.fromCodePoint(codePointAt(index)), indexOf);

function codePointAt(index: number): number {
  return index < SURROGATES_FIRST ? index : index + SURROGATES_COUNT;
}

/** @throws TypeError where it is no character, as fast-check asks for */
function indexOf(value: unknown): number {
  const code = typeof value === 'string' ? (value.codePointAt(0) ?? Number.NaN) : Number.NaN;
  const index = code < SURROGATES_FIRST ? code : code - SURROGATES_COUNT;
  if (!(index >= 0) || String.fromCodePoint(codePointAt(index)) !== value) {
    throw new TypeError(`Expected one character, got ${JSON.stringify(value)}.`);
  }
  return index;
}
