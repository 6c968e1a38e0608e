import type { Command } from 'commander';
import type { RunSummaryJson } from '../../http/api/represent/run-detail.ts';
import { webhookText } from '../event-text.ts';
import { addExamples } from '../examples.ts';
import { showPage } from '../list-filters.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { table } from '../table.ts';

interface RunPage {
  readonly runs: readonly RunSummaryJson[];
  readonly next: string | null;
}

const FILTERS = ['webhook', 'automation', 'status', 'event', 'limit', 'before'];

export function addRunList(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('List runs, newest first.')
    .option('--webhook <webhook>', 'only those of this webhook: its name, id or token')
    .option('--automation <name>', 'only those of this automation')
    .option('--status <status>', 'queued, running, waiting, succeeded, failed or cancelled')
    .option('--event <event>', 'only those of this event, by id')
    .option('--limit <number>', 'how many at most, 1 to 200', '20')
    .option('--before <run>', 'only older ones than this, by id');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright run list --status failed --automation orders.paid',
    'hookwright run list --json | jq -r .runs[].id',
  );
  attach(command, async (session) => {
    await showPage<RunPage>(session, '/runs', FILTERS, pageText);
  });
}

function pageText({ runs, next }: RunPage): string {
  if (runs.length === 0) return 'There are no such runs.';
  const rows = runs.map((run) => [
    run.id,
    run.started_at,
    run.status,
    run.answer_status === null ? '-' : String(run.answer_status),
    run.duration_ms === null ? '-' : String(run.duration_ms),
    webhookText(run),
    run.automation,
  ]);
  const more = next === null ? '' : `\n\nOlder ones: --before ${next}`;
  return table(['RUN', 'STARTED', 'STATUS', 'ANSWER', 'MS', 'WEBHOOK', 'AUTOMATION'], rows) + more;
}
