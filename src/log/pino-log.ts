import { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
import type { Log } from '../core/log.ts';
import { textLine } from './text-line.ts';

/** Bytes gathered before a write: one for about 60 lines under load, since each wakes a thread of libuv's. */
const BUFFER_BYTES = 12 * 1024;
/** How long a line may wait in the buffer when nothing follows it. */
const FLUSH_MS = 250;

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** JSON lines for machines, or one readable line each for a terminal. */
  readonly format: 'json' | 'text';
  readonly colors: boolean;
}

export interface ProcessLog extends Log {
  /** Writes what is buffered. Lines written afterwards go out at once. */
  close(): void;
}

/** The log on standard output. */
export function openLog(settings: LogSettings): ProcessLog {
  const sink = destination({ fd: 1, minLength: BUFFER_BYTES, sync: false });
  const flush = setInterval(() => sink.flush(), FLUSH_MS);
  flush.unref();
  const stream: DestinationStream =
    settings.format === 'json'
      ? sink
      : { write: (line) => void sink.write(textLine(line, settings.colors)) };
  const logger: Logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    stream,
  );
  return {
    write: (level, message, fields) => logger[level](fields ?? {}, message),
    close() {
      clearInterval(flush);
      sink.flushSync();
    },
  };
}
