import type { PolicyTarget } from '../../core/policy.ts';
import type { StepPlace } from '../../core/program.ts';
import type { Analysis } from '../expression/analyse.ts';
import type { Report } from '../report.ts';
import type { Span } from '../source.ts';
import { Scope } from './scope.ts';
import { TraceCalls } from './trace-calls.ts';
import { Writer } from './writer.ts';

/** What starts an automation. */
export type Trigger = 'webhook' | 'function' | 'topic' | 'schedule';

/** Whether nobody waits for what its runs answer. */
export function isUnawaited(trigger: Trigger): boolean {
  return trigger === 'topic' || trigger === 'schedule';
}

/** One place of a program that reaches something. */
export interface EffectTarget extends PolicyTarget {
  readonly span: Span;
}

/** One place where `secrets` stands. */
export interface SecretUse {
  /** Absent where it is computed, or `secrets` is passed on. */
  readonly name?: string;
  readonly span: Span;
}

interface UnitOptions {
  /** Whether the program tells what it does, for a trace. */
  readonly isTracing?: boolean;
  /** `false` for conditions of bindings: they have no policy, and so no secrets. */
  readonly hasSecrets?: boolean;
}

/** What one compilation gathers while it goes through the steps. */
export class Unit {
  readonly report: Report;
  readonly scope: Scope;
  readonly out: Writer = new Writer();
  readonly places: StepPlace[] = [];
  /** Of every expression and block, for what the program reads of the request. */
  readonly analyses: Analysis[] = [];
  /** Of every `request.json` that is put into the JSON of an answer as it is. */
  readonly carried: Analysis[] = [];
  /** Names that `inputs` has; `undefined` where nobody has declared them. */
  readonly inputs: ReadonlySet<string> | undefined;
  /** What the program's effects reach, as far as its text says. */
  readonly targets: EffectTarget[] = [];
  /** Every use of `secrets`, with the name where it stands in the text. */
  readonly secretUses: SecretUse[] = [];
  /** Whether `secrets` is there: conditions of bindings have no policy, and so none. */
  readonly hasSecrets: boolean;
  readonly trigger: Trigger;
  readonly trace: TraceCalls;
  /** A program that tells what it does is to see all of it. */
  readonly isTracing: boolean;
  hasAwait = false;
  /** Whether there is a `run` block. */
  hasBlock = false;
  /** How many `parallel` steps are around the step under way. */
  parallels = 0;

  constructor(
    report: Report,
    inputs: ReadonlySet<string> | undefined,
    trigger: Trigger = 'webhook',
    { isTracing = false, hasSecrets = true }: UnitOptions = {},
  ) {
    this.report = report;
    this.scope = new Scope(report);
    this.inputs = inputs;
    this.trigger = trigger;
    this.isTracing = isTracing;
    this.trace = new TraceCalls(this.out, isTracing);
    this.hasSecrets = hasSecrets;
  }
}
