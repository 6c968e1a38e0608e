import type { Command } from 'commander';
import type { AutomationJson } from '../../http/api/represent/automation.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printable } from '../style.ts';
import { facts } from '../table.ts';

export function addAutomationShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show one automation: the revision that runs, and what is wrong with its file.')
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
  const { name, description, file, revision, created_at, webhooks, diagnostics } = automation;
  const about = facts([
    ['name', name],
    ...(description === '' ? [] : [['about', description] as const]),
    ['file', file],
    ['revision', revision],
    ['since', created_at],
    ['webhooks', webhooks.join(', ') || '-'],
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
