import type { Package, PackageManifest, PackageRecord } from '../../core/package.ts';
import { BRACES, occurrencesIn } from '../placeholder.ts';
import { recordText } from './record-text.ts';

/** A record as it is on a server: the text of an automation, or keys and values. */
export interface ServedRecord extends Pick<PackageRecord, 'kind' | 'uid'> {
  readonly content: string | Readonly<Record<string, unknown>>;
}

/** A package of records as a server has them. */
export function packageOfRecords(
  manifest: PackageManifest,
  records: readonly ServedRecord[],
): Package {
  return {
    manifest,
    records: records.map(({ kind, uid, content }) => ({
      kind,
      uid,
      file: `${uid}.yaml`,
      text:
        typeof content === 'string'
          ? literal(content)
          : recordText({ kind, ...(literalIn(content) as object) }),
    })),
  };
}

/** A text in which nothing is filled in. */
function literal(text: string): string {
  let written = '';
  let at = 0;
  for (const { start, end } of occurrencesIn(text)) {
    written += `${text.slice(at, start)}{{{${BRACES}}}}${text.slice(start + 3, end)}`;
    at = end;
  }
  return written + text.slice(at);
}

function literalIn(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map(literalIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literalIn(item)]));
}
