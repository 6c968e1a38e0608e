import type { IdPrefix } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { REFUSED_BODY_BYTES_MAX, type RefusedRequest } from '../../core/refused-request.ts';
import type { Webhook } from '../../core/webhook.ts';
import type { Refusal } from '../../source/refusal.ts';
import type { SourceRequest } from '../../source/request.ts';
import type { CallerStore } from '../ports.ts';

/**
 * Refusals being written at once. Each is a commit of its own, so a flood of forged requests must not stand
 * in the way of events: what is more is in the log alone.
 */
const WRITES_MAX = 4;

export interface RefusalsParts {
  readonly store: Pick<CallerStore, 'saveRefusal'>;
  readonly log: Log;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
}

/** A request that was refused, and where it was to go. */
export interface Refused {
  readonly webhook: Webhook;
  readonly source: string;
  readonly path: string;
  readonly request: SourceRequest;
  readonly refusal: Refusal;
  readonly now: number;
}

/** Writes down which requests were refused and why. */
export class Refusals {
  readonly #parts: RefusalsParts;
  readonly #writing = new Set<Promise<void>>();

  constructor(parts: RefusalsParts) {
    this.#parts = parts;
  }

  /** Never throws. */
  record({ webhook, source, path, request, refusal, now }: Refused): void {
    const { log, makeId } = this.#parts;
    const id = makeId('ref', now);
    const isKept = this.#writing.size < WRITES_MAX;
    const { code, reason } = refusal;
    const fields = { webhook: webhook.id, source, code, reason, ip: request.clientIp };
    log.write('warn', 'refused', isKept ? { refusal: id, ...fields } : fields);
    if (!isKept) return;
    const { method, query, headers, clientIp, isProxied, url, body } = request;
    const writing = this.#write({
      id,
      webhookId: webhook.id,
      receivedAt: now,
      source,
      code,
      reason,
      method,
      path,
      query,
      headers: JSON.stringify(headers),
      clientIp,
      isProxied,
      url,
      bodySize: body.length,
      body: body.slice(0, REFUSED_BODY_BYTES_MAX),
    }).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Resolves when nothing is being written. */
  async drained(): Promise<void> {
    await Promise.all(this.#writing);
  }

  async #write(refused: RefusedRequest): Promise<void> {
    try {
      await this.#parts.store.saveRefusal(refused);
    } catch (error) {
      this.#parts.log.write('error', 'refusal.lost', { refusal: refused.id, error });
    }
  }
}
