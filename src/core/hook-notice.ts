import type { Hook } from './hook.ts';
import type { HookHealth, HookNotice } from './hook-health.ts';
import { derivedId } from './ids.ts';
import type { NewMessage } from './message.ts';

/** Topics of what Hookwright tells about hooks and deliveries. */
export const NOTICE_TOPICS = {
  failing: 'hookwright.hook.failing',
  disabled: 'hookwright.hook.disabled',
  recovered: 'hookwright.hook.recovered',
  exhausted: 'hookwright.delivery.failed',
} as const;

export type NoticeTopic = (typeof NOTICE_TOPICS)[keyof typeof NOTICE_TOPICS];

/** The attempt that gave rise to a notice. */
export interface NoticeOccasion {
  readonly deliveryId: string;
  readonly messageId: string;
  /** Number of the attempt. */
  readonly attempt: number;
  readonly at: number;
  readonly status?: number;
  readonly error?: string;
}

/**
 * The message of a notice. Its id follows from the attempt, so that a repeat is recognised. The hook's URL is
 * not in it: its path may be a secret.
 */
export function noticeMessage(
  topic: NoticeTopic,
  hook: Pick<Hook, 'id' | 'name'>,
  occasion: NoticeOccasion,
  facts: Readonly<Record<string, unknown>>,
): NewMessage {
  const { deliveryId, messageId, attempt, at, status, error } = occasion;
  return {
    id: derivedId('msg', at, `${deliveryId}/${attempt}/${topic}`),
    kind: 'emit',
    to: topic,
    data: JSON.stringify({
      hook: { id: hook.id, name: hook.name },
      ...facts,
      delivery: deliveryId,
      message: messageId,
      attempt,
      status: status ?? null,
      error: error ?? null,
      at: new Date(at).toISOString(),
    }),
    createdAt: at,
  };
}

/** What a notice about a hook's health says. */
export function healthFacts(
  notice: HookNotice,
  health: HookHealth,
): { readonly topic: NoticeTopic; readonly facts: Readonly<Record<string, unknown>> } {
  const { failures, failingSince } = health;
  const state = {
    failures,
    failing_since: failingSince === undefined ? null : new Date(failingSince).toISOString(),
  };
  switch (notice.kind) {
    case 'failing':
      return {
        topic: NOTICE_TOPICS.failing,
        facts: { ...state, percent: notice.percent },
      };
    case 'disabled':
      return { topic: NOTICE_TOPICS.disabled, facts: { ...state, reason: notice.why } };
    case 'recovered':
      return { topic: NOTICE_TOPICS.recovered, facts: state };
  }
}
