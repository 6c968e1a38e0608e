import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { DeliveryDetailJson, DeliveryJson } from '../../http/api/represent/hook.ts';
import { attemptText } from '../hook-text.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printable } from '../style.ts';

/** Between two looks at whether the ping has ended. */
const POLL_MS = 100;

export function addHookPing(parent: Command, attach: Attach): void {
  const command = parent
    .command('ping')
    .description('Send a hook a message to try it, and print what came back.')
    .argument('<hook>', 'its name or id');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const { sleep, ended } = session.surroundings;
      const { id } = await api.json<DeliveryJson>('POST', `/hooks/${pathPart(ref)}/ping`);
      if (!api.running) {
        return session.note(`no server is running; ${id} is sent when one is.`);
      }
      // It ends by itself: a ping has one attempt, and that has a time limit.
      let ping = await api.json<DeliveryDetailJson>('GET', `/deliveries/${id}`);
      while (ping.ended_at === null && !ended.aborted) {
        await sleep(POLL_MS, ended);
        ping = await api.json<DeliveryDetailJson>('GET', `/deliveries/${id}`);
      }
      session.show(ping, ({ log }) => printable(log.map(attemptText).join('\n\n')));
      if (ping.status !== 'succeeded') {
        throw new HookwrightError(
          'hook.ping_failed',
          `Expected the ping to succeed, got ${id} ${ping.status}.`,
        );
      }
    });
  });
}
