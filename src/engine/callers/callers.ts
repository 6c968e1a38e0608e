import type { Clock } from '../../core/clock.ts';
import type { IdPrefix } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { type Outbound, OutboundError } from '../../core/outbound.ts';
import type { Answer } from '../../core/run.ts';
import { sourceName, type Webhook, type WebhookSource } from '../../core/webhook.ts';
import { type Refusal, refusal } from '../../source/refusal.ts';
import type { SourceRequest } from '../../source/request.ts';
import type { Source } from '../../source/source.ts';
import { type Verdict, verify } from '../../source/verify.ts';
import type { CallerStore, SenderKey } from '../ports.ts';
import type { SecretSource } from '../secret-source.ts';
import { Certificates } from './certificates.ts';
import { keysOf } from './keys-of.ts';
import { Refusals } from './refusals.ts';
import type { SourceFolder } from './source-folder.ts';
import { readSourceOf } from './source-of.ts';

/** How long a subscription's confirmation may take; nobody waits for it. */
const CONFIRM_MS = 10_000;
const CONFIRM_BYTES_MAX = 64 * 1024;
/** Certificates that one request may name: each check of a source names one at most. */
const CERTIFICATES_MAX = 4;
/** Of the time that a sender waits; the rest is for the network and for writing the answer. */
const DEADLINE_SHARE = 0.8;

export interface CallersParts {
  readonly folder: SourceFolder;
  readonly secrets: Pick<SecretSource, 'values'>;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly store: Pick<CallerStore, 'saveRefusal'>;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly clock: Clock;
  readonly log: Log;
  /** For how long a sender's id recognises a duplicate; 0 for never. */
  readonly duplicateMs: number;
}

/** How a caller who has proven itself is served. */
export interface Reception {
  readonly key?: SenderKey;
  /** What its sender expects where nothing else is answered. */
  readonly acknowledgement?: Answer;
  /** Milliseconds after which it gets the acknowledgement. */
  readonly answerDeadlineMs?: number;
}

/** What becomes of a request before anything is stored of it. */
export type Judgement =
  | { readonly is: 'accepted'; readonly reception: Reception }
  | {
      readonly is: 'handshake';
      readonly name: string;
      readonly answer: Answer;
      /** To be called when the answer is on its way. Never throws. */
      readonly complete: () => void;
    }
  | { readonly is: 'refused'; readonly code: string };

const ANYBODY: Judgement = { is: 'accepted', reception: {} };

/** Proves who calls, before a request is stored: `source/` decides, and this gives it what it needs. */
export class Callers {
  readonly #parts: CallersParts;
  readonly #certificates: Certificates;
  readonly #refusals: Refusals;
  readonly #completing = new Set<Promise<void>>();
  /** Read once for each setting; a webhook that is changed has another. */
  readonly #sources = new WeakMap<WebhookSource, Promise<Source | undefined>>();

  constructor(parts: CallersParts) {
    this.#parts = parts;
    this.#certificates = new Certificates(parts.outbound, parts.clock);
    this.#refusals = new Refusals(parts);
  }

  /** Resolves when nothing is being written or fetched. */
  async drained(): Promise<void> {
    await Promise.all([this.#refusals.drained(), ...this.#completing]);
  }

  /**
   * Never rejects, and accepts nothing that it cannot prove.
   *
   * @param path what follows the token in the URL
   */
  judge(
    webhook: Webhook,
    path: string,
    request: SourceRequest,
    now: number,
  ): Judgement | Promise<Judgement> {
    const setting = webhook.settings.source;
    return setting === undefined ? ANYBODY : this.#judge(setting, webhook, path, request, now);
  }

  async #judge(
    setting: WebhookSource,
    webhook: Webhook,
    path: string,
    request: SourceRequest,
    now: number,
  ): Promise<Judgement> {
    const source = await this.#source(setting);
    if (source === undefined) {
      const reason = `Expected the source ${sourceName(setting)} to be readable, got none or one with mistakes.`;
      const fault = refusal('source.unusable', reason);
      return this.#refuse(webhook, path, request, now, fault);
    }
    const verdict = await this.#verdict(source, webhook, request, now);
    if (verdict.is === 'refused') {
      return this.#refuse(webhook, path, request, now, verdict.refusal);
    }
    if (verdict.is === 'fetch') {
      const fault = refusal(
        'source.unusable',
        'Expected fewer certificates to be named, got more.',
      );
      return this.#refuse(webhook, path, request, now, fault);
    }
    if (verdict.is === 'handshake') {
      const { name, answer, fetch } = verdict;
      const complete = () =>
        fetch === undefined ? undefined : this.#complete(webhook, name, fetch);
      return { is: 'handshake', name, answer, complete };
    }
    if (verdict.usesPrevious) {
      this.#parts.log.write('info', 'secret.previous_used', { webhook: webhook.id });
    }
    return { is: 'accepted', reception: this.#reception(source, verdict.id, now) };
  }

  #source(setting: WebhookSource): Promise<Source | undefined> {
    let source = this.#sources.get(setting);
    if (source === undefined) {
      source = this.#read(setting);
      this.#sources.set(setting, source);
    }
    return source;
  }

  async #read(setting: WebhookSource): Promise<Source | undefined> {
    const { folder, log } = this.#parts;
    try {
      const read = await readSourceOf(setting, folder);
      return read.ok ? read.source : undefined;
    } catch (error) {
      log.write('error', 'source.unreadable', { source: sourceName(setting), error });
      return undefined;
    }
  }

  async #verdict(
    source: Source,
    webhook: Webhook,
    request: SourceRequest,
    now: number,
  ): Promise<Verdict> {
    const keys = keysOf(webhook.settings.source?.secrets ?? {}, this.#parts.secrets);
    const fetched = new Map<string, string>();
    let verdict = verify(source, request, keys, now, fetched);
    for (let count = 0; verdict.is === 'fetch' && count < CERTIFICATES_MAX; count++) {
      try {
        fetched.set(verdict.url, await this.#certificates.get(verdict.url));
      } catch (error) {
        const reason =
          error instanceof OutboundError || error instanceof RangeError
            ? error.message
            : 'Expected the certificate of the sender, got none.';
        return { is: 'refused', refusal: refusal('source.unusable', reason) };
      }
      verdict = verify(source, request, keys, now, fetched);
    }
    return verdict;
  }

  #refuse(
    webhook: Webhook,
    path: string,
    request: SourceRequest,
    now: number,
    refusal: Refusal,
  ): Judgement {
    const setting = webhook.settings.source;
    const source = setting === undefined ? '' : sourceName(setting);
    this.#refusals.record({ webhook, source, path, request, refusal, now });
    return { is: 'refused', code: refusal.code };
  }

  #reception(source: Source, id: string | undefined, now: number): Reception {
    const { duplicateMs } = this.#parts;
    const { acknowledge, deadlineMs } = source;
    return {
      ...(id === undefined || duplicateMs === 0
        ? {}
        : { key: { key: id, since: now - duplicateMs } }),
      ...(acknowledge === undefined ? {} : { acknowledgement: fixedAnswer(acknowledge) }),
      ...(deadlineMs === undefined ? {} : { answerDeadlineMs: deadlineMs * DEADLINE_SHARE }),
    };
  }

  #complete(webhook: Webhook, handshake: string, url: string): void {
    const { log, outbound } = this.#parts;
    const fields = { webhook: webhook.id, handshake };
    const work = outbound
      .send({
        method: 'GET',
        url,
        headers: [],
        timeoutMs: CONFIRM_MS,
        responseBytesMax: CONFIRM_BYTES_MAX,
        overflow: 'truncate',
        redirectsMax: 0,
      })
      .then(
        ({ status }) => {
          const isDone = status >= 200 && status < 300;
          log.write(isDone ? 'info' : 'error', 'handshake.completed', { ...fields, status });
        },
        (error: unknown) => log.write('error', 'handshake.failed', { ...fields, error }),
      )
      .finally(() => this.#completing.delete(work));
    this.#completing.add(work);
  }
}

function fixedAnswer({ status, body = '', type }: NonNullable<Source['acknowledge']>): Answer {
  return { status, headers: type === undefined ? [] : [['content-type', type]], body };
}
