import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import type { Log } from '../core/log.ts';
import { LinesTogether } from './lines-together.ts';
import { plainLine } from './plain-line.ts';
import { textLine } from './text-line.ts';

/** How long a line may wait for others when nothing follows it. */
const FLUSH_MS = 250;
const STANDARD_OUTPUT = 1;

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** JSON lines for machines, or one readable line each for a terminal. */
  readonly format: 'json' | 'text';
  readonly colors: boolean;
}

export interface ProcessLog extends Log {
  /** Writes what is buffered. Lines written afterwards go out when the process ends. */
  close(): void;
}

/** The log on standard output. What waits when the process ends by itself, or by an error, is written then. */
export function openLog(settings: LogSettings): ProcessLog {
  const lines = new LinesTogether(STANDARD_OUTPUT);
  const timer = setInterval(() => lines.flush(), FLUSH_MS);
  timer.unref();
  process.once('exit', () => lines.flushSync());
  const stream: DestinationStream =
    settings.format === 'json'
      ? lines
      : { write: (line) => lines.write(textLine(line, settings.colors)) };
  const timestamp = timeMember();
  const logger: Logger = pino(
    {
      level: settings.level,
      base: null,
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    stream,
  );
  return {
    write(level, message, fields = {}) {
      if (!logger.isLevelEnabled(level)) return;
      const line = plainLine(level, timestamp(), message, fields);
      if (line === undefined) logger[level](fields, message);
      else stream.write(line);
    },
    close() {
      clearInterval(timer);
      lines.flushSync();
    },
  };
}

/** Made once for each millisecond: under load several lines have the same, and making it takes 1 µs. */
function timeMember(): () => string {
  let madeAt = 0;
  let member = '';
  return () => {
    const now = Date.now();
    if (now !== madeAt) {
      madeAt = now;
      member = `,"time":"${new Date(now).toISOString()}"`;
    }
    return member;
  };
}
