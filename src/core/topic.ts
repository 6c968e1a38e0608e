/** Characters of the names of automations, topics and hooks. */
export const NAME_LENGTH_MAX = 255;

/** A topic: segments of letters, digits, `-` and `_` between dots. */
export const TOPIC: RegExp = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

export function isTopic(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && TOPIC.test(text);
}
