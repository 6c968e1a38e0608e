import type { Hook } from '../../core/hook.ts';
import { NOTICE_TOPICS } from '../../core/hook-notice.ts';
import type { Mail } from '../../core/mail.ts';
import type { NewMessage } from '../../core/message.ts';

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

const WHY = {
  failures: 'its attempts failed too often in a row',
  days: 'nothing but failures came from it for too long',
  gone: 'its receiver answered 410: do not call again',
} as const;

/**
 * The mail of a notice to the hook's alert addresses; `undefined` for those that are not mailed, and where there
 * are no addresses.
 */
export function alertMail(
  notice: Pick<NewMessage, 'id' | 'to' | 'data'>,
  hook: Pick<Hook, 'id' | 'name' | 'alerts'>,
): Mail | undefined {
  const data = JSON.parse(notice.data) as NoticeData;
  const told = sentencesOf(notice.to, data, hook);
  if (told === undefined || hook.alerts.length === 0) return undefined;
  const [subject, ...sentences] = told;
  const last =
    data.status === null ? (data.error ?? 'no answer') : `the answer had status ${data.status}`;
  const text = [
    ...sentences,
    '',
    `Last attempt: ${last}`,
    `Delivery: ${data.delivery}`,
    ...failuresOf(data),
    `Look at it: hookwright delivery show ${data.delivery}`,
    '',
  ].join('\n');
  return { id: notice.id, to: hook.alerts, subject: `[Hookwright] ${subject}`, text };
}

function failuresOf({ failures = 0, failing_since }: NoticeData): string[] {
  return failures === 0
    ? [] // It was disabled, and works since it was resumed.
    : [`Failures in a row: ${failures}, since ${failing_since ?? 'its last pause'}`];
}

/** The subject, then what there is to say. */
function sentencesOf(
  topic: string,
  { percent, reason = 'failures' }: NoticeData,
  { id, name }: Pick<Hook, 'id' | 'name'>,
): readonly [subject: string, ...sentences: string[]] | undefined {
  switch (topic) {
    case NOTICE_TOPICS.disabled:
      return [
        `The hook "${name}" is disabled`,
        `The hook "${name}" is disabled, because ${WHY[reason]}.`,
        'Its open deliveries are held. To send them, and what it has missed:',
        // Not its name: that may come from a package, and a shell would execute what is in it.
        `  hookwright hook resume ${id} --missed-since 1d`,
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
