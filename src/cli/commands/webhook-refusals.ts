import type { Command } from 'commander';
import type { RefusalJson } from '../../http/api/represent/refusal.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printableLine } from '../style.ts';
import { table } from '../table.ts';

interface RefusalList {
  readonly refusals: readonly RefusalJson[];
}

export function addWebhookRefusals(parent: Command, attach: Attach): void {
  const command = parent
    .command('refusals')
    .description('List the last requests that did not prove who calls, and why.')
    .argument('<webhook>', 'its name, id or token');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const path = `/webhooks/${pathPart(ref)}/refusals`;
      session.show(await api.json<RefusalList>('GET', path), listText);
    });
  });
}

function listText({ refusals }: RefusalList): string {
  if (refusals.length === 0) return 'No request was refused.';
  const rows = refusals.map(({ id, received_at, client_ip, reason }) => [
    id,
    received_at,
    client_ip,
    printableLine(reason),
  ]);
  return `${table(['ID', 'RECEIVED', 'FROM', 'WHY'], rows)}\n\n\`hookwright event diagnose ID\` says more.`;
}
