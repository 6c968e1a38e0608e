import type { Command } from 'commander';
import type { DeliveryDetailJson } from '../../http/api/represent/hook.ts';
import { attemptText } from '../hook-text.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printable } from '../style.ts';
import { facts } from '../table.ts';

export function addDeliveryShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show one delivery with every attempt: what was sent, what came back.')
    .argument('<delivery>', 'its id');
  addDataSettings(command);
  attach(command, async (session, id) => {
    await session.withApi(async (api) => {
      const path = `/deliveries/${pathPart(id)}`;
      session.show(await api.json<DeliveryDetailJson>('GET', path), deliveryText);
    });
  });
}

function deliveryText(delivery: DeliveryDetailJson): string {
  const { id, status, hook, hook_id, message, created_at, due_at, ended_at, log } = delivery;
  const head = facts([
    ['id', id],
    ['status', status],
    ['hook', hook ?? `${hook_id} (deleted)`],
    ['message', message],
    ['created', created_at],
    ...(due_at === null ? [] : [['due', due_at] as const]),
    ...(ended_at === null ? [] : [['ended', ended_at] as const]),
  ]);
  return [head, ...log.map((attempt) => printable(attemptText(attempt)))].join('\n\n');
}
