import type { EffectKind, EffectResult, JournalEntry } from '../../core/effect.ts';
import type { RunRecord } from '../../core/run.ts';
import type { Subject } from '../subject.ts';

/** Why a run is stopped while it is under way. */
export type StopReason =
  /** It ends as cancelled. */
  | 'cancel'
  /** The process stops: it is given back once nothing is under way, for another process to go on. */
  | 'yield'
  /** As if the process had died: nothing more is written. */
  | 'abandon';

export interface Stoppable {
  stop(reason: StopReason): void;
}

/** What performing an effect may use. */
export interface EffectContext {
  readonly run: RunRecord;
  readonly subject: Subject;
  /** Calls above this run. */
  readonly depth: number;
  readonly entry: JournalEntry;
  /** Aborted when the run ends or is stopped. */
  readonly signal: AbortSignal;
  /** Takes the place in the order of arrival, for results that the store writes itself. */
  readonly reserveArrival: () => number;
  /** A run that works for this one; it is stopped with it. Returns what ends that. */
  readonly adopt: (child: Stoppable) => () => void;
}

/** How performing ended. */
export type Performed =
  | { readonly how: 'result'; readonly result: EffectResult }
  /** The store has written the result. */
  | {
      readonly how: 'stored';
      readonly result: EffectResult;
      readonly at: number;
      readonly arrival: number;
    }
  /** A called run waits; it is to be taken up again at `dueAt`. */
  | { readonly how: 'parked'; readonly dueAt: number }
  /** Stopped; there is no result. */
  | { readonly how: 'stopped' };

/** Performs one effect. Rejects only where the store fails. */
export type Perform = (context: EffectContext) => Promise<Performed>;

/** Every kind but `wait`, which nobody performs. */
export type Performers = Readonly<Record<Exclude<EffectKind, 'wait'>, Perform>>;
