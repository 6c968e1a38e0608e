import type { Command } from 'commander';
import type { EventBriefJson } from '../../http/api/represent/event.ts';
import { requestLine, runsText, webhookText } from '../event-text.ts';
import { addExamples } from '../examples.ts';
import { showPage } from '../list-filters.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { table } from '../table.ts';

interface EventPage {
  readonly events: readonly EventBriefJson[];
  readonly next: string | null;
}

const FILTERS = ['webhook', 'limit', 'before', 'after'];

export function addEventList(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('List events, newest first.')
    .option('--webhook <webhook>', 'only those of this webhook: its name, id or token')
    .option('--limit <number>', 'how many at most, 1 to 200', '20')
    .option('--before <event>', 'only older ones than this, by id')
    .option('--after <event>', 'only newer ones than this, by id');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright event list --webhook orders --limit 100',
    'hookwright event list --json | jq -r .events[].id',
  );
  attach(command, async (session) => {
    await showPage<EventPage>(session, '/events', FILTERS, pageText);
  });
}

function pageText({ events, next }: EventPage): string {
  if (events.length === 0) return 'There are no such events.';
  const rows = events.map((event) => [
    event.id,
    event.received_at,
    webhookText(event),
    runsText(event),
    requestLine(event),
  ]);
  const more = next === null ? '' : `\n\nOlder ones: --before ${next}`;
  return table(['EVENT', 'RECEIVED', 'WEBHOOK', 'RUNS', 'REQUEST'], rows) + more;
}
