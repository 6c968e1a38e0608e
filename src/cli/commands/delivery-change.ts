import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { DeliveryJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addDeliveryResend(parent: Command, attach: Attach): void {
  const command = parent
    .command('resend')
    .description('Send a delivery again, under the same message id; or all that has failed.')
    .argument('[delivery]', 'its id')
    .option('--failed-since <time>', 'all that has failed since then: 2h, or a time')
    .option('--hook <hook>', 'only those of this hook: its name or id');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright delivery resend dlv_01KS…',
    'hookwright delivery resend --failed-since 2h --hook warehouse',
  );
  attach(command, async (session, id) => {
    const { failedSince, hook } = session.options;
    if (!isMany(id, failedSince !== undefined, '--failed-since')) {
      return change(session, `/deliveries/${pathPart(id)}/resend`);
    }
    await session.withApi(async (api) => {
      const body = { since: failedSince, hook };
      const answer = await api.json<{ resent: number }>('POST', '/deliveries/resend', body);
      session.show(answer, ({ resent }) => `Deliveries to send again: ${resent}.`);
    });
  });
}

export function addDeliveryCancel(parent: Command, attach: Attach): void {
  const command = parent
    .command('cancel')
    .description('Cancel a delivery that has not ended; or all of a hook.')
    .argument('[delivery]', 'its id')
    .option('--all-of <hook>', 'all that have not ended of this hook: its name or id')
    .option('-y, --yes', 'do not ask');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright delivery cancel dlv_01KS…',
    'hookwright delivery cancel --all-of warehouse',
  );
  attach(command, async (session, id) => {
    const { allOf } = session.options;
    if (!isMany(id, allOf !== undefined, '--all-of')) {
      return change(session, `/deliveries/${pathPart(id)}/cancel`);
    }
    const question = `Cancel everything that ${String(allOf)} has not been sent yet?`;
    if (!(await session.confirm(question))) return session.note('nothing was cancelled.');
    await session.withApi(async (api) => {
      const path = `/hooks/${pathPart(String(allOf))}/cancel`;
      const answer = await api.json<{ cancelled: number }>('POST', path);
      session.show(answer, ({ cancelled }) => `Deliveries cancelled: ${cancelled}.`);
    });
  });
}

/** Whether many are meant. Throws `usage.invalid` where it is both or neither. */
function isMany(id: string | undefined, many: boolean, flag: string): boolean {
  if ((id === undefined) === many) return many;
  throw new HookwrightError(
    'usage.invalid',
    `Expected the id of a delivery or ${flag}, got ${many ? 'both' : 'neither'}.`,
  );
}

async function change(session: Session, path: string): Promise<void> {
  await session.withApi(async (api) => {
    const delivery = await api.json<DeliveryJson>('POST', path);
    session.show(delivery, ({ id, status }) => `${id} is ${status}.`);
  });
}
