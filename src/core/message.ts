/**
 * Something emitted under a topic, or meant for one hook. It is stored with a delivery for every hook that
 * it is for, in one transaction.
 */
export interface NewMessage {
  /** `msg_` and 26 characters; what receivers see as the message's id, on every attempt. */
  readonly id: string;
  /** `emit` goes to the hooks whose topics fit, `hook` and `ping` to one. */
  readonly kind: MessageKind;
  /** The topic; of `hook` and `ping` the hook's name or id. */
  readonly to: string;
  /** JSON. */
  readonly data: string;
  readonly createdAt: number;
  /** Only where it starts runs: messages in a row that have started each other's, this one included. */
  readonly depth?: number;
}

export type MessageKind = 'emit' | 'hook' | 'ping';

/** A message as it is kept. */
export interface Message extends Omit<NewMessage, 'depth'> {
  /** The run that emitted it; absent for messages of the API and of Hookwright itself. */
  readonly runId?: string;
}

/** A message as lists have it: with the bytes of its data alone. */
export interface MessageSummary extends Omit<Message, 'data'> {
  readonly size: number;
}

/** The first segment of topics that are Hookwright's own. */
const OWN_SEGMENT = 'hookwright';

/** Whether a topic is one of Hookwright's own, such as `hookwright.hook.disabled`. */
export function isOwnTopic(topic: string): boolean {
  return topic === OWN_SEGMENT || topic.startsWith(`${OWN_SEGMENT}.`);
}

/** Characters of a topic; receivers see it in a header. */
export const TOPIC_CHARS_MAX = 255;

/**
 * What is wrong with a topic that is to be emitted, in words that complete "Expected … to be …, got …";
 * `undefined` where nothing is.
 */
export function topicMistake(topic: string): string | undefined {
  return topic.length <= TOPIC_CHARS_MAX && /^[\w-]+(\.[\w-]+)*$/.test(topic)
    ? undefined
    : 'segments of letters, digits, - and _ between dots, such as order.created';
}
