import { integer, pick, type Random } from './random.ts';

/**
 * Where a process dies. Those before and after a commit are in the store's thread, those of effects, of
 * attempts of deliveries and of answers in the main one; `effect received` and `attempt received` are when the
 * receiver has the request and has not answered; `any moment` is what its name says, the start included.
 */
export const BOUNDARIES = [
  'before commit',
  'after commit',
  'before effect',
  'effect received',
  'after effect',
  'before attempt',
  'attempt received',
  'after attempt',
  'before answer',
  'after answer',
  'any moment',
] as const;

export type Boundary = (typeof BOUNDARIES)[number];

export interface Kill {
  readonly boundary: Boundary;
  /** The how many-th of its life; milliseconds after the spawn for `any moment`. */
  readonly number: number;
}

/** A life of 40 requests reaches about as many of each, shared commits aside. */
const NUMBER_MAX: Readonly<Record<Boundary, number>> = {
  'before commit': 40,
  'after commit': 40,
  'before effect': 30,
  'effect received': 30,
  'after effect': 30,
  'before attempt': 40,
  'attempt received': 40,
  'after attempt': 40,
  'before answer': 30,
  'after answer': 30,
  'any moment': 1500, // A start takes about 500 ms, and twice that on a busy machine.
};

/**
 * The early numbers more often: there recovery is under way.
 *
 * @param boundaries those to choose from
 */
export function randomKill(random: Random, boundaries: readonly Boundary[] = BOUNDARIES): Kill {
  const boundary = pick(random, boundaries);
  const most = NUMBER_MAX[boundary];
  const early = boundary !== 'any moment' && random() < 0.3;
  return { boundary, number: integer(random, 1, early ? Math.ceil(most / 5) : most) };
}
