/** Members of a flattened value: more than a URL of 8,192 characters holds. */
const MEMBERS_MAX = 10_000;

/**
 * A value's members by their paths, as RudderStack flattens traits and properties: `company.id`, `tags[0]`,
 * `items[0].sku`. Empty lists and objects stay themselves. A value that has no members is called `data`.
 */
export function flatten(value: unknown): readonly (readonly [path: string, value: unknown])[] {
  const found: (readonly [string, unknown])[] = [];
  const visit = (inner: unknown, path: string): void => {
    if (found.length >= MEMBERS_MAX) return;
    if (!hasMembers(inner)) found.push([path === '' ? 'data' : path, inner]);
    else if (Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) visit(item, `${path}[${index}]`);
    } else {
      for (const [name, item] of Object.entries(inner)) {
        visit(item, path === '' ? name : `${path}.${name}`);
      }
    }
  };
  if (value !== undefined && value !== null && !isEmptyObject(value)) visit(value, '');
  return found;
}

/** A flat map of texts, as Pirsch's `event_meta` is one. */
export function flatStrings(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(flatten(value).map(([path, member]) => [path, textOf(member)]));
}

/** `a=1&b=2`, sorted by name as Go's `url.Values.Encode` does; null is empty. */
export function encodeForm(value: unknown): string {
  const parameters = new URLSearchParams(
    flatten(value).map(([path, member]) => [path, textOf(member)] as [string, string]),
  );
  parameters.sort();
  return parameters.toString();
}

/** Texts as they are, nothing for what is missing, JSON for all else. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Halves of surrogate pairs, which UTF-8 has no bytes for, become the replacement character. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function hasMembers(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isEmptyObject(value);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
