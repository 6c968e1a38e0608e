import type { JsonStep } from './source.ts';

/** `undefined` where the bytes are no JSON; JSON itself has no `undefined`. A byte order mark is passed over, as runs do. */
export function jsonOf(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

/** Steps of `a.b[0].c` or `value[*].id`; `undefined` where the path is none. */
export function jsonSteps(path: string): readonly JsonStep[] | undefined {
  const steps: JsonStep[] = [];
  const step = /(?:^|\.)([^.[\]]+)|\[(\d{1,6}|\*)\]/gy;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, key, index] = match;
    if (key !== undefined) steps.push(key);
    else steps.push(index === '*' ? '*each' : Number(index));
  }
  return steps.length === 0 ? undefined : steps;
}

/** Items of a list that are looked at: Microsoft Graph gathers up to 1,000 notifications. */
const EACH_MAX = 10_000;

/** What stands at a path: one value, or those of every item; `undefined` where a step leads nowhere. */
export function jsonAt(value: unknown, steps: readonly JsonStep[]): unknown[] | undefined {
  let found: unknown[] = [value];
  for (const step of steps) {
    const next: unknown[] = [];
    for (const item of found) {
      if (step === '*each') {
        if (!Array.isArray(item) || item.length === 0 || item.length > EACH_MAX) return undefined;
        next.push(...item);
      } else {
        if (typeof item !== 'object' || item === null || !Object.hasOwn(item, step)) {
          return undefined;
        }
        next.push((item as Record<string | number, unknown>)[step]);
      }
    }
    found = next;
  }
  return found;
}

/** A copy with a text at a path, which is made where it is missing. */
export function withJsonAt(value: unknown, steps: readonly JsonStep[], set: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return set;
  if (step === '*each') {
    const items = Array.isArray(value) && value.length > 0 ? value : [{}];
    return items.map((item) => withJsonAt(item, rest, set));
  }
  if (typeof step === 'number') {
    const list = Array.isArray(value) ? [...value] : [];
    while (list.length <= step) list.push({});
    list[step] = withJsonAt(list[step], rest, set);
    return list;
  }
  const map = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return Object.fromEntries([
    ...Object.entries(map).filter(([key]) => key !== step),
    [step, withJsonAt((map as Record<string, unknown>)[step], rest, set)],
  ]);
}
