import type { Command } from 'commander';
import type { AutomationJson, ScheduleJson } from '../../http/api/represent/automation.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printable } from '../style.ts';
import { facts } from '../table.ts';
import { originText } from './automation-list.ts';

export function addAutomationShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description(
      'Show one automation: what starts it, the revision that runs, and what is wrong with its file.',
    )
    .argument('<name>', 'its name');
  addDataSettings(command);
  attach(command, async (session, name) => {
    await session.withApi(async (api) => {
      const path = `/automations/${pathPart(name)}`;
      session.show(await api.json<AutomationJson>('GET', path), automationText);
    });
  });
}

function automationText(automation: AutomationJson): string {
  const { name, description, file, owner, revision, created_at, diagnostics } = automation;
  const about = facts([
    ['name', name],
    ...(description === '' ? [] : [['about', description] as const]),
    [owner === 'folder' ? 'file' : 'from', originText(automation)],
    ['revision', revision],
    ['since', created_at],
    ...startFacts(automation),
    ...(automation.disabled ? [['disabled', 'yes'] as const] : []),
  ]);
  // Without excerpts: the text here is the revision that runs, the mistakes are those of the file now.
  const mistakes = diagnostics.map(
    ({ line, column, severity, code, message, hint }) =>
      `${file}:${line}:${column} ${severity} ${code}: ${message}${hint === undefined ? '' : `\n  = ${hint}`}`,
  );
  return [about, '', ...mistakes, ...(mistakes.length > 0 ? [''] : []), automation.source.trimEnd()]
    .map(printable)
    .join('\n');
}

/** What starts it: webhooks, a topic, or the next times of a schedule. */
function startFacts(automation: AutomationJson): (readonly [string, string])[] {
  const { trigger, on, webhooks, schedule } = automation;
  if (schedule !== null) return scheduleFacts(schedule);
  if (trigger === 'topic') return [['topic', String(on)]];
  if (trigger === 'function') return [['trigger', trigger]];
  return [['webhooks', webhooks.join(', ') || '-']];
}

function scheduleFacts({
  on,
  timezone,
  missed,
  overlap,
  next,
}: ScheduleJson): (readonly [string, string])[] {
  return [
    ['schedule', `${on.join(', ')} (${timezone})`],
    ['missed', missed],
    ['overlap', overlap],
    ...next.map((time, index) => [index === 0 ? 'next' : '', localText(time, timezone)] as const),
  ];
}

/** The time in UTC, and what the clocks of the schedule show then. */
function localText(time: string, timeZone: string): string {
  const local = new Date(time).toLocaleString('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  return timeZone === 'UTC' ? time : `${time} (${local} in ${timeZone})`;
}
