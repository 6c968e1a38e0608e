import type { Package, PackageManifest, PackageRecord } from '../../core/package.ts';
import { Report } from '../../language/report.ts';
import { SourceText } from '../../language/source.ts';
import { readYaml } from '../../language/yaml/read.ts';
import { BRACES, type Occurrence, occurrencesIn } from '../placeholder.ts';
import { scalarsOf } from '../read/scalars.ts';
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
          ? literalText(content)
          : recordText({ kind, ...(literalIn(content) as object) }),
    })),
  };
}

/** A file in which nothing is filled in. What stands in its comments stays: nothing is filled in there. */
function literalText(text: string): string {
  const occurrences = occurrencesIn(text);
  if (occurrences.length === 0) return text;
  const tree = readYaml(new Report(new SourceText(text, 'exported')));
  const scalars = tree === undefined ? [] : scalarsOf(tree).map(({ node }) => node);
  return rewritten(
    text,
    occurrences.filter(({ start, end }) =>
      scalars.some((scalar) => scalar.start <= start && end <= scalar.end),
    ),
  );
}

/** A text in which nothing is filled in. */
function literal(text: string): string {
  return rewritten(text, occurrencesIn(text));
}

function rewritten(text: string, occurrences: readonly Occurrence[]): string {
  let written = '';
  let at = 0;
  for (const { start, end } of occurrences) {
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
