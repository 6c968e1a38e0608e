import type { EffectFailureCode, EffectKind, HttpReply } from '../core/effect.ts';
import type { OutboundErrorCode } from '../core/outbound.ts';
import type { RequestParts } from '../core/run.ts';
import type { Span } from '../language/source.ts';
import type { MapNode } from '../language/yaml/tree.ts';

/** A test file without mistakes. */
export interface TestSuite {
  readonly file: string;
  readonly text: string;
  /** A name or a path; absent where it is the file of the same name. */
  readonly automation?: Span & { readonly text: string };
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  /** Of its name. */
  readonly place: Span;
  readonly request: RequestParts;
  /** Its id, and what a message or a schedule says where no request starts the automation. */
  readonly event: TestEvent;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly inputsPlace: Span;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The id that the run sees; made from the name and the time where absent. */
  readonly runId?: string;
  readonly webhook: { readonly id?: string; readonly name?: string; readonly url?: string };
  readonly state: readonly (readonly [key: string, value: unknown])[];
  /** Made-up values by name; they may be sent anywhere. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly replies: readonly ScriptedReply[];
  /** When waits end that end later than they should, by the time until which they are. */
  readonly lateWaits: ReadonlyMap<number, number>;
  /** Its keys are those of the shape. */
  readonly expect?: MapNode;
}

export interface TestEvent {
  /** Made from the case's name and time where absent. */
  readonly id?: string;
  readonly topic?: string;
  readonly data?: unknown;
  /** Milliseconds since the epoch. */
  readonly scheduledAt?: number;
  /** Where each of its keys stands. */
  readonly places: ReadonlyMap<string, Span>;
}

/** What effects get that fit a pattern. */
export interface ScriptedReply {
  readonly kind: Exclude<EffectKind, 'wait'>;
  /** As in the policy's list of its kind. */
  readonly pattern: string;
  readonly place: Span;
  readonly times: number;
  /** Milliseconds since the epoch before which it does not arrive. */
  readonly at?: number;
  readonly outcome:
    | { readonly is: 'value'; readonly value: unknown }
    | { readonly is: 'http'; readonly reply: HttpReply }
    | {
        readonly is: 'failure';
        readonly code: ScriptedFailure;
        readonly message: string;
        readonly status?: number;
      };
}

/** How a scripted effect may fail. */
export type ScriptedFailure = Extract<
  EffectFailureCode,
  'effect.failed' | 'effect.timeout' | 'effect.refused' | 'effect.invalid' | 'effect.in_doubt'
>;

/** How an `http` effect fails that a crash has interrupted: nothing is sent, and nothing tried again. */
export const UNTRIED: ScriptedFailure = 'effect.in_doubt';

/** What the outbound client says where an `http` effect fails so. */
export const EGRESS_CODES: Readonly<Record<ScriptedFailure, OutboundErrorCode>> = {
  'effect.failed': 'egress.connect',
  'effect.timeout': 'egress.timeout',
  'effect.refused': 'egress.refused',
  'effect.invalid': 'egress.invalid',
  'effect.in_doubt': 'egress.cancelled',
};

/** One place where a case did not go as expected. */
export interface Difference {
  /** Such as `response.json.id`. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  /** In the test file. */
  readonly place: Span;
  /** What to do. */
  readonly next?: string;
}
