import { HookwrightError } from '../../core/errors.ts';
import type { CapturedEvent } from '../../core/event.ts';
import { RUN_LIMITS } from '../../core/limits.ts';
import type { RunLimits, StepPlace } from '../../core/program.ts';
import type { RunRecord } from '../../core/run.ts';
import { compile } from '../../language/compile.ts';
import type { AutomationStore, EventStore, RunStore } from '../ports.ts';
import type { Captured, EndedStatus, Recording } from '../recording.ts';
import { urlOf } from '../seen.ts';

export interface RecorderParts {
  readonly store: Pick<EventStore, 'run' | 'event'> &
    Pick<RunStore, 'journal'> &
    Pick<AutomationStore, 'revision'>;
  /** Version of this engine. */
  readonly version: string;
  /** See `asSeen`. */
  readonly seen: (event: CapturedEvent) => CapturedEvent;
}

/**
 * Takes the recording of an ended run from the store.
 *
 * @throws HookwrightError `run.not_found`, `event.not_found`, and `run.state` for a run that is open or
 * that had no automation to execute
 */
export async function takeRecording(parts: RecorderParts, id: string): Promise<Recording> {
  const { store, version } = parts;
  const run = await findRun(store, id);
  const status = endedStatus(run);
  const [event, revision, journal] = await Promise.all([
    store.event(run.eventId),
    store.revision(run.revision),
    store.journal(run.id),
  ]);
  if (revision === undefined) {
    throw new HookwrightError(
      'run.state',
      `Expected a run that had an automation to execute, got one without${run.failure === undefined ? '.' : `: ${run.failure.message}`}`,
    );
  }
  if (event === undefined) {
    throw new HookwrightError(
      'event.not_found',
      `Expected the event of ${run.id} to be stored, got none: ${run.eventId} was deleted.`,
    );
  }
  return {
    ...capturedOf(parts.seen(event)),
    engine: version,
    run: { id: run.id, seed: run.id, attempt: run.attempt },
    revision: { id: revision.id, automation: revision.automation, source: revision.source },
    limits: programFacts(revision.source).limits,
    inputs: run.inputs,
    journal,
    ...(run.secretUse === undefined ? {} : { secretUse: run.secretUse }),
    outcome: {
      status,
      ...(run.answer === undefined ? {} : { answer: run.answer }),
      ...(run.value === undefined ? {} : { value: run.value }),
      ...(run.failure === undefined ? {} : { failure: run.failure }),
      logs: run.logs,
    },
  };
}

/** @param event see `asSeen` */
export function capturedOf(event: CapturedEvent): Captured {
  const { id, webhookId, receivedAt, method, path, query, headers, clientIp, body } = event;
  return {
    webhook: { id: webhookId, name: event.webhookName ?? '' },
    event: { id, webhookId, receivedAt, method, path, query, headers, clientIp, body },
    url: urlOf(event),
  };
}

/** Throws `run.not_found`. */
export async function findRun(store: Pick<EventStore, 'run'>, id: string): Promise<RunRecord> {
  const run = await store.run(id);
  if (run !== undefined) return run;
  throw new HookwrightError(
    'run.not_found',
    `Expected the id of a stored run, got ${JSON.stringify(id)}.`,
    { next: 'Old runs are deleted; `hookwright run list` shows those that there are.' },
  );
}

/** Steps and limits of a revision; of one that this version does not compile, no steps and the usual limits. */
export function programFacts(source: string): {
  readonly steps: readonly StepPlace[];
  readonly limits: RunLimits;
} {
  return compile(source, '').automation?.program ?? { steps: [], limits: RUN_LIMITS };
}

function endedStatus({ status }: RunRecord): EndedStatus {
  if (status === 'succeeded' || status === 'failed' || status === 'cancelled') return status;
  throw new HookwrightError(
    'run.state',
    `Expected a run that has ended, got one that is ${status}.`,
    { next: 'Wait for its end, or cancel it.' },
  );
}
