/** FNV-1a's prime for 32 bits (draft-eastlake-fnv, section 5). */
const PRIME = 0x01000193;

/**
 * The state from which the guest's generator of random numbers starts (`inside/random-source.ts`), as JSON of
 * three numbers: the seed's characters spread by FNV-1a, thrice. QuickJS takes 30 µs for it, V8 a fifth of one.
 */
export function spreadSeed(seed: string): string {
  const a = fnv(seed, 0x811c9dc5);
  const b = fnv(seed, a ^ 0x9e3779b9);
  const c = fnv(seed, b ^ 0x85ebca6b);
  return `[${a},${b},${c}]`;
}

function fnv(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash | 0;
}
