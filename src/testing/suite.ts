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
  /** What `event.data` is. */
  readonly data: unknown;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly inputsPlace: Span;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly state: readonly (readonly [key: string, value: unknown])[];
  readonly replies: readonly ScriptedReply[];
  /** Its keys are those of the shape. */
  readonly expect?: MapNode;
}

/** What effects get that fit a pattern. */
export interface ScriptedReply {
  readonly kind: Exclude<EffectKind, 'wait'>;
  /** As in the policy's list of its kind. */
  readonly pattern: string;
  readonly place: Span;
  readonly times: number;
  readonly outcome:
    | { readonly is: 'value'; readonly value: unknown }
    | { readonly is: 'http'; readonly reply: HttpReply }
    | {
        readonly is: 'failure';
        readonly code: ScriptedFailure;
        readonly message: string;
      };
}

/** How a scripted effect may fail. */
export type ScriptedFailure = Extract<
  EffectFailureCode,
  'effect.failed' | 'effect.timeout' | 'effect.refused' | 'effect.invalid'
>;

/** What the outbound client says where an `http` effect fails so. */
export const EGRESS_CODES: Readonly<Record<ScriptedFailure, OutboundErrorCode>> = {
  'effect.failed': 'egress.connect',
  'effect.timeout': 'egress.timeout',
  'effect.refused': 'egress.refused',
  'effect.invalid': 'egress.invalid',
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
