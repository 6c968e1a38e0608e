let seedText = '';
let a = 0;
let b = 0;
let c = 0;
let counter = 0;
let seeded = false;
const { imul } = Math;
const { charCodeAt } = String.prototype;
const { apply } = Reflect;

/** Names the seed of this run; it is read only when a random number is asked for. */
export function seed(text: string): void {
  seedText = text;
  seeded = false;
}

/** A float in [0, 1) by sfc32 (PractRand, Chris Doty-Humphrey): small, fast, passes BigCrush. */
export function random(): number {
  if (!seeded) start();
  return next() / 4294967296;
}

function next(): number {
  const sum = (((a + b) | 0) + counter) | 0;
  counter = (counter + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (c << 21) | (c >>> 11);
  c = (c + sum) | 0;
  return sum >>> 0;
}

/** Spreads the seed's characters over the state (FNV-1a, thrice), then runs it in. */
function start(): void {
  a = fnv(0x811c9dc5);
  b = fnv(a ^ 0x9e3779b9);
  c = fnv(b ^ 0x85ebca6b);
  counter = 1;
  seeded = true;
  for (let i = 0; i < 12; i++) next();
}

function fnv(basis: number): number {
  let hash = basis;
  for (let i = 0; i < seedText.length; i++) {
    hash = imul(hash ^ (apply(charCodeAt, seedText, [i]) as number), 0x01000193);
  }
  return hash | 0;
}
