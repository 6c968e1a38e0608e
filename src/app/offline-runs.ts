import type { Clock } from '../core/clock.ts';
import type { Store } from '../engine/ports.ts';
import { cancelRun, type RerunParts, retryRun } from '../engine/rerun.ts';
import type { RunControl } from '../http/api/parts.ts';

/** Changes to runs while no server works on them: they are written down, and the next server acts on them. */
export function offlineRuns(store: Store, clock: Clock): RunControl {
  const parts: RerunParts = {
    store,
    clock,
    live: {
      listener: { due: () => {}, opened: () => {}, closed: () => {}, left: () => {} },
      stop: async () => false,
    },
    queue: { exclusive: (work) => work(), wake: () => {} },
  };
  return { retry: (id) => retryRun(parts, id), cancel: (id) => cancelRun(parts, id) };
}
