import { availableParallelism } from 'node:os';
import { BOUNDARIES, type Boundary } from './kill.ts';
import { type Verdict, World } from './world.ts';

/** Kills in one world: its database stays small enough to be read whole after each of them. */
const KILLS_PER_WORLD = 50;
/** Worlds at once: one more than cores, because each waits for the disk and for waits to end. */
const AT_ONCE = availableParallelism() + 1;

export interface WorldsOptions {
  readonly kills: number;
  /** Of the first world; the others count up from it. */
  readonly seed: number;
  readonly onKill?: () => void;
  readonly killsPerWorld?: number;
  /** Where they are killed; anywhere unless given. */
  readonly boundaries?: readonly Boundary[];
}

/** Plays as many worlds as it takes for that many kills. */
export async function playWorlds(options: WorldsOptions): Promise<readonly Verdict[]> {
  const { kills, seed, onKill, killsPerWorld = KILLS_PER_WORLD, boundaries } = options;
  const verdicts: Verdict[] = [];
  const count = Math.max(1, Math.round(kills / killsPerWorld));
  let next = 0;
  const play = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      // Whatever does not divide evenly, the first worlds take.
      const size = Math.floor(kills / count) + (i < kills % count ? 1 : 0);
      verdicts.push(await new World(seed + i, onKill, boundaries).run(size));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, play));
  return verdicts;
}

/** The verdicts in a few lines, for people. */
export function summary(verdicts: readonly Verdict[]): string {
  const sum = (of: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const kills = (boundary: Boundary): number => sum((verdict) => verdict.kills[boundary] ?? 0);
  const total = BOUNDARIES.reduce((all, boundary) => all + kills(boundary), 0);
  const lines = [
    `${total} kills in ${verdicts.length} worlds:`,
    ...BOUNDARIES.map((boundary) => `  ${String(kills(boundary)).padStart(6)}  ${boundary}`),
    `${sum(({ acknowledged }) => acknowledged)} events acknowledged, ${sum(({ runs }) => runs)} runs ended`,
    `${sum(({ effects }) => effects)} effects sent, and ${sum(({ repeats }) => repeats)} times one of them again because it was in doubt`,
    `${sum(({ messages }) => messages)} messages, ${sum(({ deliveries }) => deliveries)} deliveries, and ${sum(({ attemptsAgain }) => attemptsAgain)} times one of them again because its success was lost`,
  ];
  const failed = verdicts.filter(({ broken }) => broken.length > 0);
  for (const { seed, broken } of failed) {
    lines.push(`broken with seed ${seed}:`, ...broken.map((text) => `  ${text}`));
  }
  lines.push(`${verdicts.length - failed.length} worlds passed, ${failed.length} failed`);
  return lines.join('\n');
}
