import { type Expression, TwigError } from './tree.ts';

/** What patterns of PHP have and those of JavaScript have not. */
const FOREIGN_PATTERN =
  /\(\?(?:[>|R#(&]|\d|[imsxU-]+[:)])|[*+?}]\+|\\[KGRXQEN]|\[\^?\]|\\x\{|\(\*[A-Z]/;
/** `\p{L}+` has no possessive quantifier in it, although it looks so. */
const PROPERTY = /\\[pP]\{[^}]*\}/g;

/** Refuses a literal pattern that would fail when it is first used. */
export function checkPattern(pattern: Expression | undefined): void {
  if (pattern?.kind !== 'constant' || typeof pattern.value !== 'string') return;
  const { value } = pattern;
  const modifiers = /[^\w\s\\][a-zA-Z]*$/.exec(value)?.[0].slice(1) ?? '';
  if (/[^imsuD]/.test(modifiers) || FOREIGN_PATTERN.test(value.replace(PROPERTY, '\\pL'))) {
    throw new TwigError(
      'Expected a pattern that JavaScript has too, got one that only PCRE has',
      pattern,
      'Possessive quantifiers, atomic groups, inline flags, `\\Q`, `\\x{…}`, `[]…]` and the modifiers x and U are missing.',
      'twig.unsupported',
    );
  }
}
