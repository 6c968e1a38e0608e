import { expect, test } from 'vitest';
import { playWorlds, summary } from './worlds.ts';

/** The long form is `npm run durability`. */
const KILLS = 40;
const TEST_MS_MAX = 300_000;
const seed = Number(process.env.DURABILITY_SEED ?? Date.now() % 1_000_000);

test(
  `a server killed at ${KILLS} random boundaries keeps its promises (DURABILITY_SEED=${seed})`,
  async () => {
    const verdicts = await playWorlds({ kills: KILLS, killsPerWorld: KILLS / 2, seed });
    expect(verdicts.flatMap(({ broken }) => broken)).toEqual([]);
    // Otherwise nothing was at stake when they died.
    expect(verdicts.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).toBeGreaterThan(
      KILLS,
    );
    expect(verdicts.every(({ deliveries }) => deliveries > 0)).toBe(true);
    expect(summary(verdicts)).toContain(`${KILLS} kills in 2 worlds`);
  },
  TEST_MS_MAX,
);
