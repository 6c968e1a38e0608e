import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Mailer, RefusedAddress } from '../../core/mail.ts';
import type { CancelTimer, Timer } from '../../core/timer.ts';
import { LOOK_MS_MAX } from '../limits.ts';
import type { Alert, AlertStore } from '../ports/hook-store.ts';
import { alertMail } from './alert-mail.ts';
import type { Hooks } from './hooks.ts';

/** Waits before each repetition of a mail that the server has not taken, or that a process died over. */
const RETRY_MS: readonly number[] = [60_000, 600_000, 3_600_000, 21_600_000];
/** Mails taken at once. They are sent one after the other: a mail server that is away costs each its time. */
const BATCH_ALERTS = 10;
/** Between two looks where the store has just failed. */
const PAUSE_MS = 10_000;

export interface AlertsParts {
  readonly store: AlertStore;
  readonly hooks: Pick<Hooks, 'find'>;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

/**
 * Mails what there is to tell about hooks to their alert addresses. What is not sent yet is in the store,
 * written with the attempt that gave rise to it: a mail is sent at least once, by whichever process runs when
 * the mail server takes it, under one `Message-ID`.
 */
export class Alerts {
  readonly #parts: AlertsParts;
  #looking: Promise<void> | undefined;
  #again = false;
  #isClosed = false;
  #cancelLook: CancelTimer = () => {};

  constructor(parts: AlertsParts) {
    this.#parts = parts;
  }

  /** Sends what is due; called at the start, and when there may be more. */
  look(): void {
    if (this.#isClosed) return;
    this.#again = true;
    this.#looking ??= this.#sendDue().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Begins no more mails, and breaks off the one under way: it is sent again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook();
    this.#parts.mailer.close();
    await this.#looking;
  }

  async #sendDue(): Promise<void> {
    const { store, clock, log } = this.#parts;
    this.#cancelLook();
    try {
      while (this.#again && !this.#isClosed) {
        this.#again = false;
        const alerts = await store.takeAlerts(clock(), RETRY_MS, BATCH_ALERTS);
        for (const alert of alerts) if (!this.#isClosed) await this.#send(alert);
        this.#again ||= alerts.length > 0;
      }
      const next = this.#isClosed ? undefined : await store.nextAlert();
      if (next !== undefined) this.#plan(next - clock());
    } catch (error) {
      if (this.#isClosed) return;
      log.write('error', 'alerts.failed', { error });
      this.#plan(PAUSE_MS);
    }
  }

  #plan(ms: number): void {
    const sleep = Math.min(Math.max(1, ms), LOOK_MS_MAX);
    this.#cancelLook = this.#parts.timer(sleep, () => this.look());
  }

  async #send({ notice, hookId, tries }: Alert): Promise<void> {
    const { store, hooks, mailer, log } = this.#parts;
    const hook = hooks.find(hookId);
    const mail = hook && alertMail(notice, hook);
    // Deleted by now, or without addresses.
    if (hook === undefined || mail === undefined) return store.endAlert(notice.id);
    let refused: readonly RefusedAddress[];
    try {
      refused = await mailer.send(mail);
    } catch (error) {
      if (this.#isClosed) return;
      const isLast = tries > RETRY_MS.length;
      log.write(isLast ? 'error' : 'warn', 'alert.unsent', { hook: hook.name, error, isLast });
      return isLast ? store.endAlert(notice.id) : undefined;
    }
    // Sending it again would tell the others twice, and most of these are addresses that are gone.
    if (refused.length > 0) log.write('warn', 'alert.refused', { hook: hook.name, refused });
    log.write('info', 'alert.mailed', { hook: hook.name, subject: mail.subject });
    await store.endAlert(notice.id);
  }
}
