import { HookwrightError } from '../core/errors.ts';
import {
  type BacktestParts,
  backtestEvent,
  backtestRun,
  type Verdict,
} from '../engine/backtest.ts';
import { readCaptured, readRecording } from '../engine/recording/read.ts';
import type { EventBriefJson, WebhookJson } from '../http/api/represent.ts';
import type { ApiClient } from './api-client.ts';
import { pathPart } from './path-part.ts';

/** Events that are asked for at a time. Each event and its journal are read by themselves, when it is its turn. */
const PAGE_EVENTS = 50;

export interface BacktestOptions extends BacktestParts {
  readonly webhook: WebhookJson;
  /** How many events, the newest first. */
  readonly last: number;
  /** Whose runs the draft is compared with. */
  readonly against: string;
}

/** What came of one event, or of one of its runs where a webhook is bound to the automation twice. */
export interface BacktestedEvent extends Pick<Verdict, 'differences' | 'outcome'> {
  readonly event: EventBriefJson;
  readonly run: string | undefined;
  readonly result: Verdict['result'] | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
}

/**
 * Runs a draft for captured events, the newest first, one at a time, so that no more than one event is in
 * memory.
 */
export async function* backtestEvents(
  api: ApiClient,
  options: BacktestOptions,
): AsyncGenerator<readonly BacktestedEvent[]> {
  const { webhook, last } = options;
  let before: string | null = '';
  for (let left = last; left > 0 && before !== null; ) {
    const limit = Math.min(left, PAGE_EVENTS);
    const query: string = `webhook=${webhook.id}&limit=${limit}${before === '' ? '' : `&before=${before}`}`;
    const page: { readonly events: readonly EventBriefJson[]; readonly next: string | null } =
      await api.json('GET', `/events?${query}`);
    for (const event of page.events) yield await backtest(api, event, options);
    left -= page.events.length;
    before = page.next;
  }
}

async function backtest(
  api: ApiClient,
  event: EventBriefJson,
  options: BacktestOptions,
): Promise<readonly BacktestedEvent[]> {
  const { webhook, against } = options;
  const runs = event.runs.filter(({ automation }) => automation === against);
  if (runs.length > 0) {
    const done: BacktestedEvent[] = [];
    for (const { id } of runs) done.push(await ofRun(api, event, id, options));
    return done;
  }
  const isBound = webhook.bindings.some(({ automation }) => automation === against);
  if (isBound) {
    return [skipped(event, undefined, `no binding of ${against} matched it`)];
  }
  const captured = readCaptured(await api.bytes(`/events/${pathPart(event.id)}/captured`));
  return [{ event, run: undefined, ...(await backtestEvent(options, captured)) }];
}

async function ofRun(
  api: ApiClient,
  event: EventBriefJson,
  run: string,
  parts: BacktestParts,
): Promise<BacktestedEvent> {
  let bytes: Uint8Array;
  try {
    bytes = await api.bytes(`/runs/${pathPart(run)}/recording`);
  } catch (error) {
    const isOne =
      error instanceof HookwrightError &&
      ['run.state', 'run.not_found', 'event.not_found'].includes(error.code);
    // It has not ended, had nothing to execute, or was deleted just now.
    if (isOne) return skipped(event, run, error.message);
    throw error;
  }
  return { event, run, ...(await backtestRun(parts, readRecording(bytes))) };
}

function skipped(event: EventBriefJson, run: string | undefined, reason: string): BacktestedEvent {
  return { event, run, result: 'skipped', differences: [], reason };
}
