import type { EffectFailureCode, EffectKind, JournalEntry } from '../../../core/effect.ts';
import type { StepPlace } from '../../../core/program.ts';
import type { RunRecord, RunSummary } from '../../../core/run.ts';
import { targetOf } from '../../../engine/replay/target.ts';
import type { TracedEffect } from '../../../engine/trace/entries.ts';
import { type RunBriefJson, type RunJson, runBriefJson, runJson } from './run.ts';
import { iso } from './time.ts';

/** A run in a list of runs. */
export interface RunSummaryJson extends RunBriefJson, RunPlaceJson {}

/** A run by itself, with its journal. */
export interface RunDetailJson extends RunJson, RunPlaceJson {
  readonly inputs: unknown;
  /** A function's value; `null` where it has none. */
  readonly value: unknown;
  readonly journal: readonly EffectJson[];
}

interface RunPlaceJson {
  readonly event_id: string;
  readonly webhook_id: string;
  /** The webhook's name; `null` where it was deleted. */
  readonly webhook: string | null;
  /** The first is 1. */
  readonly attempt: number;
  readonly started_at: string;
  /** When a queued or waiting run is taken up. */
  readonly due_at: string | null;
  /** The run and effect that called this one. */
  readonly caller: { readonly run: string; readonly effect: number } | null;
}

/** One line of a journal. */
export interface EffectJson {
  readonly number: number;
  readonly kind: EffectKind;
  /** Index of the step in the revision, from 0. */
  readonly step: number;
  /** YAML line of the step; `null` where the revision is gone. */
  readonly line: number | null;
  /** `POST https://…`, `get orders/7`, `order.paid`: what it was done to, in one line. */
  readonly target: string;
  readonly arguments: unknown;
  /** `null` in a trace, of an effect that was asked for last and did not begin. */
  readonly began_at: string | null;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
  /** Place in the order in which results arrived. */
  readonly arrival: number | null;
  /** `null` while it is under way, or where a crash lost it. */
  readonly result: EffectResultJson | null;
}

type EffectResultJson =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: EffectFailureCode;
      readonly message: string;
      /** Of the reply, where there was one. */
      readonly status: number | null;
    };

export function runSummaryJson(run: RunSummary, webhook: string | null): RunSummaryJson {
  return { ...runBriefJson(run), ...placeJson(run, webhook) };
}

/** @param steps those of the run's revision; empty where it is gone */
export function runDetailJson(
  run: RunRecord,
  webhook: string | null,
  journal: readonly JournalEntry[],
  steps: readonly StepPlace[],
): RunDetailJson {
  return {
    ...runJson(run),
    ...placeJson(run, webhook),
    inputs: JSON.parse(run.inputs) as unknown,
    value: run.value === undefined ? null : (JSON.parse(run.value) as unknown),
    journal: journal.map((entry) => effectJson(entry, steps[entry.step]?.line ?? null)),
  };
}

function placeJson(run: RunSummary, webhook: string | null): RunPlaceJson {
  return {
    event_id: run.eventId,
    webhook_id: run.webhookId,
    webhook,
    attempt: run.attempt,
    started_at: iso(run.startedAt),
    due_at: run.dueAt === undefined ? null : iso(run.dueAt),
    caller: run.caller === undefined ? null : { run: run.caller.runId, effect: run.caller.effect },
  };
}

/** @param line of its step */
export function effectJson(entry: TracedEffect, line: number | null): EffectJson {
  const { number, kind, step, args, beganAt, ended } = entry;
  return {
    number,
    kind,
    step,
    line,
    target: targetOf(entry),
    arguments: JSON.parse(args) as unknown,
    began_at: beganAt === undefined ? null : iso(beganAt),
    ended_at: ended === undefined ? null : iso(ended.at),
    duration_ms: ended === undefined || beganAt === undefined ? null : ended.at - beganAt,
    arrival: ended?.arrival ?? null,
    result: ended === undefined ? null : resultJson(ended.result),
  };
}

function resultJson(result: NonNullable<JournalEntry['ended']>['result']): EffectResultJson {
  if (result.ok) return { ok: true, value: JSON.parse(result.value) as unknown };
  const { code, message, status = null } = result;
  return { ok: false, code, message, status };
}
