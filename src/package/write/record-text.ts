import { Document } from 'yaml';

/** A record as YAML that people read. */
export function recordText(record: object): string {
  const document = new Document(record, { aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}
