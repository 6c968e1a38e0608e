import type { StepPlace } from '../../core/program.ts';
import type { Analysis } from '../expression/analyse.ts';
import type { Report } from '../report.ts';
import { Scope } from './scope.ts';
import { Writer } from './writer.ts';

/** What one compilation gathers while it goes through the steps. */
export class Unit {
  readonly report: Report;
  readonly scope: Scope;
  readonly out: Writer = new Writer();
  readonly places: StepPlace[] = [];
  /** Of every expression and block, for what the program reads of the request. */
  readonly analyses: Analysis[] = [];
  /** Names that `inputs` has; `undefined` where nobody has declared them. */
  readonly inputs: ReadonlySet<string> | undefined;
  hasAwait = false;

  constructor(report: Report, inputs: ReadonlySet<string> | undefined) {
    this.report = report;
    this.scope = new Scope(report);
    this.inputs = inputs;
  }
}
