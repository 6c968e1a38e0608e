import type { Command } from 'commander';
import { readVersion } from '../../config/version.ts';
import { traceJson } from '../../http/api/represent-trace.ts';
import { addExamples } from '../examples.ts';
import { readRecordingOf } from '../read-recording.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { traceText } from '../trace-text.ts';

/** What the process ends with where the traced execution is not the run that was recorded. */
const DIFFERENT = 1;

export function addRunTrace(parent: Command, attach: Attach): void {
  const command = parent
    .command('trace')
    .description('Execute a run again from its journal, and tell each step with what it changed.')
    .argument('<run>', 'its id, or a file that export wrote, which needs no server');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright run trace run_01KS…',
    'hookwright run trace run.json',
    "hookwright run trace run_01KS… --json | jq '.entries[] | select(.line == 12)'",
  );
  attach(command, async (session, run = '') => {
    const recording = await readRecordingOf(session, run);
    const { traceOffline } = await import('../trace-offline.ts');
    const report = await traceOffline(recording, readVersion());
    if (!report.same) session.exitCode = DIFFERENT;
    if (!session.json) for (const warning of report.warnings) session.note(warning);
    const json = traceJson(recording, report);
    session.show(json, () => traceText(json, session.style));
  });
}
