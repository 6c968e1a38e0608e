import { parse } from './primordials.ts';

let state = '';
let a = 0;
let b = 0;
let c = 0;
let counter = 0;
let seeded = false;

/** @param from JSON of three numbers (`spread-seed.ts`), read only when a random number is asked for */
export function seed(from: string): void {
  state = from;
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

/** Takes the state and runs it in. */
function start(): void {
  const from = parse(state) as [number, number, number];
  a = from[0];
  b = from[1];
  c = from[2];
  counter = 1;
  seeded = true;
  for (let i = 0; i < 12; i++) next();
}
