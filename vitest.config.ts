import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest leaves one core to itself, which on two is half of them: 50 s in place of 80 s for a third of the suite.
    maxWorkers: '100%',
    // Each file still has a thread with modules of its own. A process for each takes 0.2 to 0.3 s of CPU more.
    pool: 'threads',
    // Threads and child processes run the built code, so `npm test` builds first.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
