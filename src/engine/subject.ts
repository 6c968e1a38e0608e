import type { Policy } from '../core/policy.ts';
import type { Program } from '../core/program.ts';
import type { Execution, RunRecord } from '../core/run.ts';
import type { Retry } from '../language/settings.ts';
import type { Journal } from './journal.ts';
import { executionSecrets, type SecretSource } from './secret-source.ts';
import { type SeenEvent, shownTo } from './seen.ts';

/** What a run is about, besides its record and its journal: it stays the same from start to end. */
export interface Subject {
  readonly seen: SeenEvent;
  readonly program: Program;
  readonly policy: Policy;
  readonly retry: Retry | undefined;
  /** When the event was received: the run's first time. */
  readonly now: number;
}

/** A run that effects have made more than one execution. */
export interface RunState {
  readonly record: RunRecord;
  readonly subject: Subject;
  readonly journal: Journal;
}

export function executionOf(
  subject: Subject,
  { id, inputs, secretUse }: Pick<RunRecord, 'id' | 'inputs' | 'secretUse'>,
  journal: Execution['journal'],
  source: SecretSource,
): Execution {
  const { program, seen } = subject;
  const secrets = executionSecrets(subject.policy.secrets, source, secretUse);
  const { request, webhook, event } = shownTo(program, seen);
  const execution = {
    runId: id,
    // The same for every attempt, so that ids the author makes with `uuid()` stay the same too.
    seed: id,
    now: subject.now,
    program,
    inputs,
    journal,
    request,
    webhook,
    event,
  };
  return secrets === undefined ? execution : { ...execution, secrets };
}
