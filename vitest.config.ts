import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Threads and child processes run the built code, so `npm test` builds first.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
