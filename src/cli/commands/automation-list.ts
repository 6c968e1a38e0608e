import type { Command } from 'commander';
import type { AutomationBriefJson } from '../../http/api/represent/automation.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { table } from '../table.ts';

interface AutomationList {
  readonly automations: readonly AutomationBriefJson[];
}

export function addAutomationList(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('List automations: what starts them, and whether their files are right.');
  addDataSettings(command);
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      session.show(await api.json<AutomationList>('GET', '/automations'), listText);
    });
  });
}

function listText({ automations }: AutomationList): string {
  if (automations.length === 0) {
    return 'There are no automations. Put a YAML file into the automations folder; `hookwright validate` tells what is wrong with one.';
  }
  return table(
    ['NAME', 'FROM', 'TRIGGER', 'NEXT', 'STATE', 'DESCRIPTION'],
    automations.map(
      ({ trigger, next_at, disabled, errors, warnings, description, ...automation }) => [
        automation.name,
        originText(automation),
        trigger,
        next_at ?? '-',
        disabled && errors === 0 ? 'disabled' : stateText(errors, warnings),
        description,
      ],
    ),
  );
}

/** Where an automation is changed: its file in the folder, its package, or nowhere else. */
export function originText({
  owner,
  package: name,
  file,
}: Pick<AutomationBriefJson, 'owner' | 'package' | 'file'>): string {
  if (owner === 'folder') return file;
  return owner === 'package' ? `package ${name}` : 'saved by hand';
}

function stateText(errors: number, warnings: number): string {
  if (errors > 0) return `${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return warnings > 0 ? `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}` : 'ok';
}
