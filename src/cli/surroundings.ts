import type { App, startApp } from '../app.ts';
import type { Environment } from '../config/read-config.ts';
import type { Clock } from '../core/clock.ts';

/** A stream to write to. */
export interface Output {
  readonly terminal: boolean;
  /** Columns of the terminal; `undefined` where it is none. */
  readonly columns: number | undefined;
  write(data: string | Uint8Array): void;
}

/** Where input comes from. */
export interface Input {
  readonly terminal: boolean;
  /** Everything up to the end. */
  read(): Promise<Uint8Array>;
  /** One line that a person types after the question. */
  ask(question: string): Promise<string>;
  /** The same without showing what is typed. */
  askHidden(question: string): Promise<string>;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** All that commands have to do with outside of themselves; tests bring their own. */
export interface Surroundings {
  readonly env: Environment;
  readonly out: Output;
  readonly err: Output;
  readonly input: Input;
  readonly clock: Clock;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly startApp: (...args: Parameters<typeof startApp>) => Promise<App>;
  /** Resolves after the time, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends what would go on for ever, such as `event tail`; a person's Ctrl-C ends the process instead. */
  readonly ended: AbortSignal;
  /** Calls back at each signal to stop. Gives the way to no longer listen. */
  readonly onStop: (listener: (signal: StopSignal) => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}
