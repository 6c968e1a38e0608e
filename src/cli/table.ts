import { printableLine } from './style.ts';

const GAP = '  ';

/**
 * Rows in columns as wide as their widest cell; the last column is as wide as it is.
 *
 * @param head names of the columns
 * @param rows as many cells each; control characters are shown, not obeyed
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(printableLine));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => size(row[column] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1
            ? cell
            : cell + ' '.repeat((widths[column] as number) - size(cell)),
        )
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values below one another, values aligned. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs
    .map(([name, value]) => `${name.padEnd(width)}${GAP}${printableLine(value)}`.trimEnd())
    .join('\n');
}

/** Characters as people count them, not UTF-16 units. */
function size(text: string): number {
  return [...text].length;
}
