import type { AutomationRecord, Revision } from '../../core/automation.ts';
import type { JournalEntry } from '../../core/effect.ts';
import type { EventSummary, StoredEvent } from '../../core/event.ts';
import type { HookRecord } from '../../core/hook.ts';
import type { ImportedPackage, PackageSource } from '../../core/imported-package.ts';
import type { Duplicates, RefusedRequest } from '../../core/refused-request.ts';
import type { RunRecord, RunSummary } from '../../core/run.ts';
import type { Webhook } from '../../core/webhook.ts';
import type { PackageChange } from '../../engine/ports/package-store.ts';
import type {
  DueTimeClaim,
  DueTimeOutcome,
  EventFilter,
  KnownSchedule,
  RunFilter,
} from '../../engine/ports.ts';
import type { FailureData } from './failure.ts';
import type { HookCall, HookReturns } from './hook-calls.ts';
import type { SecretCall, SecretReturns } from './secret-calls.ts';

/** Everything that crosses between the main thread and the store's thread. */
export type ToThread =
  | BatchMessage
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  | { readonly type: 'close' };

/** Captures, settlements, steps, effects, messages and attempts for one commit, encoded by `batch.ts`. */
export interface BatchMessage {
  readonly type: 'batch';
  readonly id: number;
  /** Number of calls in it. */
  readonly calls: number;
  /** All texts, one after the other. */
  readonly text: string;
  /** How many float64 numbers stand at the start of `data`; bytes of bodies follow them. */
  readonly numbers: number;
  readonly data: ArrayBuffer;
}

export type FromThread =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly failure: FailureData }
  | {
      readonly type: 'written';
      readonly id: number;
      /** The calls that failed, by their position in the batch; every other one is on disk. */
      readonly failures: readonly (readonly [position: number, failure: FailureData])[];
      /** What effects, messages and attempts gave, by their position. */
      readonly values: readonly (readonly [position: number, value: unknown])[];
    }
  | { readonly type: 'returned'; readonly id: number; readonly value: unknown }
  | { readonly type: 'threw'; readonly id: number; readonly failure: FailureData }
  | { readonly type: 'closed'; readonly failure?: FailureData };

/** The calls of `Store` that are rare enough to cross as objects. */
export type Call =
  | { readonly method: 'event'; readonly eventId: string }
  | { readonly method: 'events'; readonly filter: EventFilter }
  | { readonly method: 'pendingEvents'; readonly before: number; readonly countMax: number }
  | { readonly method: 'runsOf'; readonly eventId: string }
  | { readonly method: 'run'; readonly runId: string }
  | { readonly method: 'runs'; readonly filter: RunFilter }
  | { readonly method: 'openRuns' }
  | { readonly method: 'journal'; readonly runId: string }
  | {
      readonly method: 'claim';
      readonly owner: string;
      readonly now: number;
      readonly leaseMs: number;
      readonly countMax: number;
    }
  | {
      readonly method: 'renew';
      readonly owner: string;
      readonly runIds: readonly string[];
      readonly until: number;
    }
  | { readonly method: 'nextDue' }
  | { readonly method: 'expireState'; readonly now: number; readonly countMax: number }
  | {
      readonly method: 'keepSchedules';
      readonly schedules: readonly KnownSchedule[];
      readonly now: number;
    }
  | { readonly method: 'claimDueTime'; readonly claim: DueTimeClaim }
  | { readonly method: 'createWebhook'; readonly webhook: Webhook }
  | { readonly method: 'updateWebhook'; readonly webhook: Webhook }
  | { readonly method: 'deleteWebhook'; readonly webhookId: string }
  | { readonly method: 'webhooks' }
  | { readonly method: 'saveAutomation'; readonly record: AutomationRecord }
  | {
      readonly method: 'removeAutomation';
      readonly name: string;
      readonly by: 'folder' | 'hand';
    }
  | { readonly method: 'automations' }
  | { readonly method: 'revision'; readonly revisionId: string }
  | { readonly method: 'saveRefusal'; readonly refusal: RefusedRequest }
  | { readonly method: 'refusals'; readonly webhookId: string }
  | { readonly method: 'refusal'; readonly refusalId: string }
  | { readonly method: 'firstEvent'; readonly webhookId: string; readonly key: string }
  | { readonly method: 'duplicates'; readonly eventId: string }
  | { readonly method: 'expireSenderIds'; readonly before: number; readonly countMax: number }
  | PruneCall
  | PackageCall
  | HookCall
  | SecretCall;

/** Calls of `PackageStore`. */
export type PackageCall =
  | { readonly method: 'packages' }
  | { readonly method: 'packageSource'; readonly name: string }
  | { readonly method: 'applyPackage'; readonly change: PackageChange };

/** Those that go in steps. */
export type PruneCall = PruneLimits &
  ({ readonly method: 'prune' } | { readonly method: 'pruneMessages' });

interface PruneLimits {
  readonly before: number;
  readonly bytesMax: number;
  readonly countMax: number;
}

/** What each call returns. */
export interface Returns extends HookReturns, SecretReturns {
  readonly event: StoredEvent | undefined;
  readonly events: readonly EventSummary[];
  readonly pendingEvents: readonly StoredEvent[];
  readonly runsOf: readonly RunRecord[];
  readonly run: RunRecord | undefined;
  readonly runs: readonly RunSummary[];
  readonly openRuns: number;
  readonly journal: readonly JournalEntry[];
  readonly claim: readonly RunRecord[];
  readonly renew: readonly string[];
  readonly nextDue: number | undefined;
  readonly expireState: number;
  readonly keepSchedules: readonly number[];
  readonly claimDueTime: DueTimeOutcome;
  readonly createWebhook: undefined;
  readonly updateWebhook: undefined;
  readonly deleteWebhook: undefined;
  readonly webhooks: readonly Webhook[];
  readonly saveAutomation: undefined;
  readonly removeAutomation: undefined;
  readonly automations: readonly AutomationRecord[];
  readonly revision: Revision | undefined;
  readonly saveRefusal: undefined;
  readonly refusals: readonly RefusedRequest[];
  readonly refusal: RefusedRequest | undefined;
  readonly firstEvent: string | undefined;
  readonly duplicates: Duplicates | undefined;
  readonly expireSenderIds: number;
  readonly prune: number;
  readonly pruneMessages: number;
  readonly packages: readonly ImportedPackage[];
  readonly packageSource: PackageSource | undefined;
  readonly applyPackage: readonly HookRecord[];
}

/** Either end of the pair of ports; `Worker` and `MessagePort` both fit. */
export interface Channel<Out> {
  postMessage(message: Out, transfer: readonly ArrayBuffer[]): void;
}
