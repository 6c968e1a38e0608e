import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders with the files that take longest, which say nothing of that by their size. */
const LONG_FOLDERS = ['test/durability/', 'test/store/', 'test/e2e/'];

/**
 * Begins with the long ones, lest one of them is left alone at the end. Vitest itself knows how long a file takes
 * only where it has run before; in a fresh checkout it began the two of 48 s among the last 30 of 200.
 */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => this.#place(a) - this.#place(b));
  }

  #place({ moduleId }: TestSpecification): number {
    const path = relative(this.ctx.config.root, moduleId);
    const place = LONG_FOLDERS.findIndex((folder) => path.startsWith(folder));
    return place === -1 ? LONG_FOLDERS.length : place;
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Vitest leaves one core to itself, which on two is half of them: 50 s in place of 80 s for a third of the suite.
    maxWorkers: '100%',
    // Each file still has a thread with modules of its own. A process for each takes 0.2 to 0.3 s of CPU more.
    pool: 'threads',
    sequence: { sequencer: LongFirst },
    // Threads and child processes run the built code, so `npm test` builds first.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
