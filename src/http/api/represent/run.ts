import type {
  Answer,
  LogLine,
  RunFailure,
  RunRecord,
  RunStatus,
  RunSummary,
} from '../../../core/run.ts';
import { type BodyJson, bodyJson } from './body.ts';
import { iso, microseconds } from './time.ts';

export interface RunBriefJson {
  readonly id: string;
  readonly automation: string;
  readonly status: RunStatus;
  /** Status of the answer that the run shaped, or that its failure has; `null` where there is none. */
  readonly answer_status: number | null;
  /** From start to end, waits included; `null` until it has ended. */
  readonly duration_ms: number | null;
}

export interface RunJson extends RunBriefJson {
  readonly revision: string;
  readonly binding: number;
  readonly started_at: string;
  /** `null` until it has ended. */
  readonly ended_at: string | null;
  readonly cpu_ms: number;
  readonly answer: AnswerJson | null;
  readonly failure: RunFailure | null;
  readonly logs: readonly LogLine[];
}

export interface AnswerJson {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodyJson;
}

export function runBriefJson(run: RunSummary): RunBriefJson {
  return {
    id: run.id,
    automation: run.automation,
    status: run.status,
    answer_status: run.answer?.status ?? run.failure?.status ?? null,
    duration_ms: run.endedAt === undefined ? null : run.endedAt - run.startedAt,
  };
}

export function runJson(run: RunRecord): RunJson {
  return {
    ...runBriefJson(run),
    revision: run.revision,
    binding: run.binding,
    started_at: iso(run.startedAt),
    ended_at: run.endedAt === undefined ? null : iso(run.endedAt),
    cpu_ms: microseconds(run.cpuMs),
    answer: run.answer === undefined ? null : answerJson(run.answer),
    failure: run.failure ?? null,
    logs: run.logs,
  };
}

export function answerJson({ status, headers, body }: Answer): AnswerJson {
  return { status, headers, body: bodyJson(body) };
}
