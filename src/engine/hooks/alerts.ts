import type { Hook } from '../../core/hook.ts';
import { NOTICE_TOPICS } from '../../core/hook-notice.ts';
import type { Log } from '../../core/log.ts';
import type { Mail, Mailer } from '../../core/mail.ts';
import type { NewMessage } from '../../core/message.ts';
import type { Timer } from '../../core/timer.ts';

/** Waits before each repetition of a mail that the server has not taken. */
const RETRY_MS = [60_000, 600_000, 3_600_000];
/** Mails that wait to be repeated. With more, the mail server is away, and the log and the topics tell. */
const WAITING_MAX = 100;

export interface AlertsParts {
  /** Absent: no mail is sent. */
  readonly mailer: Mailer | undefined;
  readonly timer: Timer;
  readonly log: Log;
}

/** What the data of a notice says, as `noticeMessage` writes it. */
interface NoticeData {
  readonly failures?: number;
  readonly failing_since?: string | null;
  readonly percent?: number;
  readonly reason?: 'failures' | 'days' | 'gone';
  readonly status: number | null;
  readonly error: string | null;
  readonly delivery: string;
}

/** Mails what there is to tell about a hook to its alert addresses. Mail is not durable: the topics are. */
export class Alerts {
  readonly #parts: AlertsParts;
  #waiting = 0;
  #closed = false;

  constructor(parts: AlertsParts) {
    this.#parts = parts;
  }

  tell(notices: readonly NewMessage[], hook: Hook): void {
    if (this.#parts.mailer === undefined || hook.alerts.length === 0) return;
    for (const notice of notices) {
      const mail = mailOf(notice, hook);
      if (mail !== undefined) void this.#send(mail, hook, 0);
    }
  }

  close(): void {
    this.#closed = true;
    this.#parts.mailer?.close();
  }

  async #send(mail: Mail, hook: Hook, tries: number): Promise<void> {
    const { mailer, timer, log } = this.#parts;
    try {
      await mailer?.send(mail);
      log.write('info', 'alert.mailed', { hook: hook.name, subject: mail.subject });
    } catch (error) {
      const wait = RETRY_MS[tries];
      const isLast = wait === undefined || this.#waiting >= WAITING_MAX || this.#closed;
      log.write(isLast ? 'error' : 'warn', 'alert.unsent', { hook: hook.name, error, isLast });
      if (isLast) return;
      this.#waiting += 1;
      timer(wait, () => {
        this.#waiting -= 1;
        if (!this.#closed) void this.#send(mail, hook, tries + 1);
      });
    }
  }
}

const WHY = {
  failures: 'its attempts failed too often in a row',
  days: 'nothing but failures came from it for too long',
  gone: 'its receiver answered 410: do not call again',
} as const;

/** `undefined` for notices that are not mailed: single deliveries are too many. */
function mailOf(notice: NewMessage, hook: Hook): Mail | undefined {
  const data = JSON.parse(notice.data) as NoticeData;
  const told = sentencesOf(notice.to, data, hook);
  if (told === undefined) return undefined;
  const [subject, ...sentences] = told;
  const last =
    data.status === null ? (data.error ?? 'no answer') : `the answer had status ${data.status}`;
  const text = [
    ...sentences,
    '',
    `Last attempt: ${last}`,
    `Delivery: ${data.delivery}`,
    `Failures in a row: ${data.failures ?? 0}, since ${data.failing_since ?? 'now'}`,
    `Look at it: hookwright delivery show ${data.delivery}`,
    '',
  ].join('\n');
  return { to: hook.alerts, subject: `[Hookwright] ${subject}`, text };
}

/** The subject, then what there is to say. */
function sentencesOf(
  topic: string,
  { percent, reason = 'failures' }: NoticeData,
  { name }: Hook,
): readonly [subject: string, ...sentences: string[]] | undefined {
  switch (topic) {
    case NOTICE_TOPICS.disabled:
      return [
        `The hook "${name}" is disabled`,
        `The hook "${name}" is disabled, because ${WHY[reason]}.`,
        'Its open deliveries are held. To send them, and what it has missed:',
        `  hookwright hook resume ${JSON.stringify(name)} --missed-since 1d`,
      ];
    case NOTICE_TOPICS.failing:
      return [
        `The hook "${name}" is failing`,
        `The hook "${name}" has gone ${percent} % of the way to being disabled.`,
      ];
    case NOTICE_TOPICS.recovered:
      return [`The hook "${name}" works again`, `The hook "${name}" works again.`];
    default:
      return undefined;
  }
}
