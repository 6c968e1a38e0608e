import type { Findings } from '../../convert/findings.ts';
import type { KataEntry } from './tree.ts';

/** References that lead to references: more is a circle. */
const REFERENCES_MAX = 16;

/**
 * Puts what `key@ref: name` refers to in its place, and takes the `&name:` entries away. A path is
 * `name:key:key`; dots are taken too, which Cerb's documents show.
 */
export function resolveReferences(
  entries: readonly KataEntry[],
  findings: Findings,
): readonly KataEntry[] {
  const named = entries.filter(({ key }) => key.startsWith('&'));
  const rest = entries.filter(({ key }) => !key.startsWith('&'));
  return rest.map((entry) => resolved(entry, named, findings, 0));
}

function resolved(
  entry: KataEntry,
  named: readonly KataEntry[],
  findings: Findings,
  depth: number,
): KataEntry {
  const at = entry.annotations.indexOf('ref');
  if (at < 0) {
    return { ...entry, entries: entry.entries.map((one) => resolved(one, named, findings, depth)) };
  }
  const path = entry.text?.value.trim() ?? '';
  const target = depth < REFERENCES_MAX ? find(path, named) : undefined;
  if (target === undefined) {
    const known = named.map(({ key }) => `\`${key.slice(1)}\``).join(', ');
    const message =
      depth < REFERENCES_MAX
        ? `Expected the name of a reference, got \`${path}\``
        : `Expected references that end, got a circle through \`${path}\``;
    findings.error('kata.reference', entry.span, message, {
      hint: known === '' ? 'Write `&name:` at the top of the file.' : `There is ${known}.`,
    });
    return { ...entry, annotations: [], text: undefined, entries: [] };
  }
  const annotations = [...target.annotations, ...entry.annotations.slice(at + 1)];
  const { text, entries } = target;
  return resolved({ ...entry, annotations, text, entries }, named, findings, depth + 1);
}

function find(path: string, named: readonly KataEntry[]): KataEntry | undefined {
  const [name, ...keys] = path.split(/[:.]/);
  let found = named.find(({ key }) => key === `&${name}`);
  for (const key of keys) found = found?.entries.find((entry) => entry.key === key);
  return found;
}
