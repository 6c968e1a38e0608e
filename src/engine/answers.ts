import type { Answer, ExecutionResult, Needs, RunFailure, RunFailureCode } from '../core/run.ts';

const JSON_TYPE = [['content-type', 'application/json']] as const;

/** "Accepted": the event is stored; nothing is said of its runs. */
export function acknowledgement(eventId: string): Answer {
  return { status: 202, headers: JSON_TYPE, body: `{"id":"${eventId}"}` };
}

/** Bindings exist and none matched, or the run ended without answering. */
export const NO_CONTENT: Answer = { status: 204, headers: [], body: '' };

/**
 * Failures whose message is made for the caller: the author's own words, or what the caller sent wrong.
 * All others quote the automation, which callers must not see.
 */
const FOR_CALLERS: ReadonlySet<RunFailureCode> = new Set<RunFailureCode>([
  'run.failed',
  'request.json_invalid',
  'request.form_invalid',
]);

const WITHHELD: Readonly<Record<'limit' | 'other', string>> = {
  limit:
    'The automation went over one of its limits. Its operator finds the reason under this run.',
  other: 'The automation failed. Its operator finds the reason under this run.',
};

export function answerOf(result: Exclude<ExecutionResult, Needs>, runId: string): Answer {
  if (result.answer !== undefined) return result.answer;
  return result.status === 'finished' ? NO_CONTENT : failureAnswer(result.failure, runId);
}

/** The event is stored, and what became of its run is not known here. */
export const UNRECORDED: Answer = {
  status: 500,
  headers: JSON_TYPE,
  body: JSON.stringify({
    error: {
      code: 'internal',
      message: 'The event is stored; its run could not be recorded and will be taken up again.',
    },
  }),
};

/** What the caller of a run that failed before it answered is told. */
export function failureAnswer(failure: RunFailure, runId: string): Answer {
  const { code, status } = failure;
  const message = FOR_CALLERS.has(code)
    ? failure.message
    : WITHHELD[code.startsWith('limit.') ? 'limit' : 'other'];
  return {
    status,
    headers: JSON_TYPE,
    body: JSON.stringify({ error: { code, message, run: runId } }),
  };
}
