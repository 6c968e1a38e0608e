import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { Answer } from '../core/run.ts';
import type { Webhook } from '../core/webhook.ts';
import { type Sample, type SampleParts, sampleRequest } from '../engine/callers/sample-request.ts';
import { sendToOwn } from './own-request.ts';

interface SenderParts extends SampleParts {
  readonly clock: Clock;
  /** Where the server listens, and what its webhooks' URLs begin with; `undefined` where none does. */
  readonly listening: () => { readonly address: string; readonly base: string } | undefined;
}

/** Tries webhooks of this server without their senders. Throws `server.unreachable` where none listens. */
export function sampleSender({
  clock,
  listening,
  ...parts
}: SenderParts): (webhook: Webhook, sample: Sample) => Promise<Answer> {
  return async (webhook, sample) => {
    const place = listening();
    if (place === undefined) {
      throw new HookwrightError('server.unreachable', 'Expected a running server, got none.', {
        next: 'Start one with `hookwright serve`.',
      });
    }
    const { address, base } = place;
    const url = `${base}/webhooks/${webhook.token}`;
    const signing = { now: clock(), id: randomUUID() };
    return sendToOwn(address, base, await sampleRequest(parts, webhook, url, sample, signing));
  };
}
