import type { Server } from 'node:http';
import type { Log } from '../core/log.ts';
import type { Timer } from '../core/timer.ts';

/**
 * Connections at once. Each may hold 64 kB of headers before it is known what it wants: 512 MB in all. Proxies keep
 * some hundreds.
 */
const CONNECTIONS_MAX = 8192;
/** Between two lines of the log on connections that were refused: an attack must not fill the disk. */
const REPORT_INTERVAL_MS = 10_000;

/** As many connections as that, or as the requests that are let in at once need, with as many idle ones. */
export function connectionsFor(requestsMax: number): number {
  return Math.max(CONNECTIONS_MAX, 2 * requestsMax);
}

/** Closes connections that are too many as soon as they are opened, and tells of them in the log. */
export function limitConnections(
  server: Server,
  connectionsMax: number,
  { log, timer }: { readonly log: Log; readonly timer: Timer },
): void {
  server.maxConnections = connectionsMax;
  let refused = 0;
  server.on('drop', () => {
    refused++;
    if (refused > 1) return;
    timer(REPORT_INTERVAL_MS, () => {
      log.write('warn', 'connections.refused', { refused, connections_max: connectionsMax });
      refused = 0;
    });
  });
}
