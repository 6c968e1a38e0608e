import type { AutomationFile } from '../core/automation.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Recording } from '../engine/recording.ts';
import { type ReplayReport, replay } from '../engine/replay.ts';
import { compile } from '../language/compile.ts';
import { openSandbox } from '../sandbox/pool.ts';

/**
 * Replays a recording in a sandbox of its own.
 *
 * @param changed an automation to execute instead of the recorded revision
 * @returns the mistakes of `changed`, where it has errors
 */
export async function replayOffline(
  recording: Recording,
  version: string,
  changed: AutomationFile | undefined,
): Promise<ReplayReport | { readonly diagnostics: readonly Diagnostic[] }> {
  const compiled = changed === undefined ? undefined : compile(changed.text, changed.file);
  if (compiled !== undefined && compiled.automation === undefined) {
    return { diagnostics: compiled.diagnostics };
  }
  const automation = compiled?.automation;
  const sandbox = await openSandbox({ threads: 1 });
  try {
    return await replay(recording, sandbox, {
      version,
      ...(automation === undefined ? {} : { automation }),
    });
  } finally {
    await sandbox.close();
  }
}
