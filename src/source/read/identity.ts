import type { Identity } from '../source.ts';
import { Fields, type Mistake, shown } from './fields.ts';
import { readOnePlace, readPlace } from './place.ts';

/** `body`, a place, or with `all` several of these together. */
export function readIdentity(
  value: unknown,
  path: readonly (string | number)[],
  mistakes: Mistake[],
): Identity | undefined {
  if (value === 'body') return ['body'];
  if (typeof value === 'string') {
    const message = `Expected a place or \`body\`, got ${shown(value)}`;
    mistakes.push({ path, isKey: false, message });
    return undefined;
  }
  const fields = Fields.of(value, path, mistakes);
  if (fields === undefined) return undefined;
  if (!fields.has('all')) {
    const place = readPlace(fields);
    fields.finish();
    return place && [place];
  }
  const parts = fields.list('all', (part, at) =>
    part === 'body' ? part : readOnePlace(part, at, mistakes),
  );
  if (parts.length === 0) fields.mistake(['all'], 'Expected places or `body`, got none');
  fields.finish();
  return parts;
}
