import { emptyFields, FIELDS_MAX, parseFields } from './fields.ts';
import { type Form, parseMultipart } from './multipart.ts';
import { parseParameters, unescapeQuoted } from './parameters.ts';

/** The form in a body, by its content type; one without fields and files where it is none, or empty. */
export function readForm(contentType: string | undefined, body: Uint8Array): Form {
  const none = { fields: emptyFields(), files: [] };
  if (contentType === undefined || body.byteLength === 0) return none;
  const type = contentType.slice(0, contentType.search(/[;\s]|$/)).toLowerCase();
  if (type === 'application/x-www-form-urlencoded') {
    const { fields, more } = parseFields(body);
    if (!more) return { fields, files: [] };
    return { ...none, error: `Expected at most ${FIELDS_MAX} fields in the form, got more` };
  }
  if (type !== 'multipart/form-data') return none;
  const boundary = parseParameters(contentType)?.parameters.get('boundary');
  return parseMultipart(body, boundary === undefined ? undefined : unescapeQuoted(boundary));
}
