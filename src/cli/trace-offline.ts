import type { Recording } from '../engine/recording.ts';
import { type TraceReport, trace } from '../engine/trace.ts';
import { openSandbox } from '../sandbox/pool.ts';

/** Traces a recording in a sandbox of its own. */
export async function traceOffline(recording: Recording, version: string): Promise<TraceReport> {
  const sandbox = await openSandbox({ threads: 1 });
  try {
    return await trace(recording, sandbox, version);
  } finally {
    await sandbox.close();
  }
}
