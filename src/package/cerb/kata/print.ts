import type { KataEntry } from './tree.ts';

/** Spaces of one level, as Cerb writes them. */
const STEP = '  ';

/** KATA of entries; `readKata` reads the same entries back. */
export function printKata(entries: readonly KataEntry[], margin = ''): string {
  return entries.map((entry) => printEntry(entry, margin)).join('');
}

function printEntry(
  { key, annotations, text, entries, comment }: KataEntry,
  margin: string,
): string {
  const marks = annotations.length === 0 ? '' : `@${annotations.join(',')}`;
  const above = comment === undefined ? '' : comment.replace(/^/gm, `${margin}# `).concat('\n');
  const head = `${above}${margin}${key}${marks}:`;
  if (text === undefined) return `${head}\n${printKata(entries, margin + STEP)}`;
  if (!text.isBlock) return `${head} ${text.value}\n`;
  const lines = text.value.split('\n').map((line) => `${margin}${STEP}${line}\n`);
  return `${head}\n${lines.join('')}`;
}
