import type { LogLevel } from './run.ts';

/**
 * The process's log: structured lines, no secrets. The caller gives facts as fields and one short
 * constant message, so that lines can be searched by message and counted by field.
 */
export interface Log {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
}
