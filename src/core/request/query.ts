import { isUtf8 } from 'node:buffer';
import { emptyFields, type Fields, parseFields } from './fields.ts';

/** Fields beyond `FIELDS_MAX` are dropped: a query has no place for an error, and no honest one has them. */
export function readQuery(query: string | null): Fields {
  if (query === null || query === '') return emptyFields();
  // Node gives the bytes of a request's target as characters. What is no UTF-8 that way is taken as the
  // characters that it shows: Latin-1, or a text that never was on a wire.
  const bytes = Buffer.from(query, 'latin1');
  const isWire = isUtf8(bytes) && !/[^\0-\xff]/.test(query);
  return parseFields(isWire ? bytes : Buffer.from(query)).fields;
}
