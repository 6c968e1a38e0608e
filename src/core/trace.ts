/**
 * One thing that a traced execution tells, in the order in which it happened. Values are JSON; what JSON does
 * not have is an object with one key that begins with `$`: `{"$undefined": true}`, `{"$date": "…"}`,
 * `{"$bytes": 12}`, `{"$text": "…", "$length": 90000}` for a text that was cut. Whatever an author names a key:
 * traces are for reading, and nothing is decided by them.
 */
export type TraceItem =
  /** A step begins. */
  | { readonly is: 'step'; readonly step: number; readonly depth: number }
  /** Its `when` is false. */
  | { readonly is: 'skipped'; readonly step: number }
  /** `then`, `else`, `when 2`, `otherwise`, `none`, `finally`, or the branch of a `parallel`. */
  | { readonly is: 'branch'; readonly step: number; readonly branch: string }
  | {
      readonly is: 'iteration';
      readonly step: number;
      readonly variables: readonly TracedVariable[];
    }
  | { readonly is: 'caught'; readonly step: number; readonly error: unknown }
  | { readonly is: 'changed'; readonly step: number; readonly changes: readonly TracedChange[] }
  /** The next of the run's log lines. */
  | { readonly is: 'log'; readonly step: number }
  /** The answer was shaped. */
  | { readonly is: 'answer'; readonly step: number }
  /** The effect of that number was asked for. */
  | { readonly is: 'effect'; readonly step: number; readonly number: number }
  /** The end of what was followed: of variables where values are too many, of all where steps are. */
  | { readonly is: 'cut'; readonly of: 'variables' | 'all' };

export interface TracedVariable {
  readonly name: string;
  readonly value: unknown;
}

export interface TracedChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}
