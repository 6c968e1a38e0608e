import type { Command } from 'commander';
import { readVersion } from '../../config/version.ts';
import { addExamples } from '../examples.ts';
import { readNamedFile } from '../read-file.ts';
import { readRecordingOf } from '../read-recording.ts';
import { replayJson, replayText } from '../replay-text.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { tellMistakes } from '../tell-mistakes.ts';

/** What the process ends with where something differs. */
const DIFFERENT = 1;

export function addRunReplay(parent: Command, attach: Attach): void {
  const command = parent
    .command('replay')
    .description('Execute a run again from its journal, and tell what differs. Nothing is sent.')
    .argument('<run>', 'its id, or a file that export wrote, which needs no server')
    .option('--automation <file>', 'execute this changed automation instead of the one that ran');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright run replay run_01KS…',
    'hookwright run replay run_01KS… --automation automations/orders.yaml',
    'hookwright run replay run.json',
  );
  attach(command, async (session, run = '') => {
    const recording = await readRecordingOf(session, run);
    const { automation: file } = session.options;
    const changed =
      typeof file === 'string'
        ? { file, text: new TextDecoder().decode(await readNamedFile(file)) }
        : undefined;
    const { replayOffline } = await import('../replay-offline.ts');
    const report = await replayOffline(recording, readVersion(), changed);
    if ('diagnostics' in report)
      return tellMistakes(session, report.diagnostics, changed?.text ?? '');
    if (!report.same) session.exitCode = DIFFERENT;
    if (!session.json) for (const warning of report.warnings) session.note(warning);
    session.show(replayJson(recording, report), () => replayText(recording, report, session.style));
  });
}
