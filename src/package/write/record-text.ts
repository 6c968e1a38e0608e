import { Document } from 'yaml';
import { quoteBlankTexts } from './blank-texts.ts';

/** A record as YAML that people read. */
export function recordText(record: object): string {
  const document = new Document(record, { aliasDuplicateObjects: false });
  quoteBlankTexts(document);
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}
