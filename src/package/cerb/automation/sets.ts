import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';

/** Every variable that the commands below some entries set, wherever they stand. */
export function variablesSet(entries: readonly KataEntry[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of entries) gather(entry, names);
  return names;
}

function gather(entry: KataEntry, names: Set<string>): void {
  const { type, entries } = entry;
  if (type === 'set') {
    for (const { key } of entries) names.add(key);
    return;
  }
  if (type.startsWith('var.')) {
    const inputs = entryOf(entries, 'inputs')?.entries ?? entries;
    const mark = plainText(entryOf(inputs, 'delimiter')) || ':';
    const key = plainText(entryOf(inputs, 'key'))?.trim() ?? '';
    for (const path of key.split('\n')) {
      const [root = ''] = path.trim().split(mark);
      if (/^[\w.-]+$/.test(root)) names.add(root);
    }
  }
  const output = plainText(entryOf(entries, 'output'))?.trim();
  if (output !== undefined && output !== '' && /^[\w.-]+$/.test(output)) names.add(output);
  for (const child of entries) gather(child, names);
}
