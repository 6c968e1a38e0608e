import { put } from './access.ts';
import { decoded } from './texts.ts';

/** Puts fields such as `a[b]=c` and `a[]=1` where PHP puts them; the last of a repeated one counts. */
export function nested(
  start: unknown,
  fields: readonly (readonly [name: string, value: unknown])[],
  named: (head: string) => string,
): unknown {
  let found = start;
  for (const [written, value] of fields) {
    const [, head = '', tail = ''] = /^([^[]*)((?:\[[^\]]*\])*)/.exec(written) ?? [];
    const name = named(head);
    if (name === '') continue;
    const inner = [...tail.matchAll(/\[([^\]]*)\]/g)].map(([, part = '']) => part || '[]');
    const items = Array.isArray(value) ? value : [value];
    for (const item of inner.includes('[]') ? items : items.slice(-1)) {
      found = put(found, [name, ...inner], item);
    }
  }
  return found;
}

/** The fields of a query text. */
export function queryFields(query: string): unknown {
  const fields = query
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const [name = '', ...value] = field.replaceAll('+', ' ').split('=');
      return [decoded(name), decoded(value.join('='))] as const;
    });
  return nested({}, fields, (head) => head.replace(/[. ]/g, '_'));
}
