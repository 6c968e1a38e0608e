import { jsonSteps } from '../json.ts';
import type { Place } from '../source.ts';
import { Fields, listed, type Mistake } from './fields.ts';

const KINDS = ['header', 'query', 'form', 'json'] as const;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/** RFC 9110, section 5.1. */
export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name);
}

/** The place that a map's keys name: one of `header`, `query`, `form` and `json`, and how to take it apart. */
export function readPlace(fields: Fields): Place | undefined {
  const [kind, ...others] = KINDS.filter((name) => fields.has(name));
  const separator = fields.text('separator', 4);
  const prefix = fields.text('prefix', 100);
  if (kind === undefined) {
    fields.mistake([], `Expected one of ${listed(KINDS)}, got none`);
    return undefined;
  }
  for (const other of others) {
    fields.mistake(
      [other],
      `Expected one of ${listed(KINDS)}, got \`${other}\` beside \`${kind}\``,
    );
  }
  const items = {
    ...(separator === undefined ? {} : { separator }),
    ...(prefix === undefined ? {} : { prefix }),
  };
  if (kind === 'header') {
    const names = fields.texts('header', 10);
    if (names === undefined) return undefined;
    if (names.every((name) => isHeaderName(name.replace('{n}', '1'))))
      return { in: 'header', names, ...items };
    return fields.expected('header', 'a header name such as X-Signature');
  }
  const name = fields.text(kind, 200);
  if (name === undefined) return undefined;
  if (kind !== 'json') return { in: kind, name, ...items };
  const steps = jsonSteps(name);
  if (steps !== undefined) return { in: 'json', path: name, steps, ...items };
  return fields.expected('json', 'a path such as `event.id` or `items[0].id`');
}

/** The place that a map says, and nothing else. */
export function readOnePlace(
  value: unknown,
  path: readonly (string | number)[],
  mistakes: Mistake[],
): Place | undefined {
  const fields = Fields.of(value, path, mistakes);
  const place = fields && readPlace(fields);
  fields?.finish();
  return place;
}
