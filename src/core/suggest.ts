/** Edits at which two names no longer look like a slip of the same hand: a third of the length. */
function editsMax(name: string): number {
  return Math.max(1, Math.floor(name.length / 3));
}

/** The nearest of `known` to a misspelt name, or `undefined` where none is near. */
function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = editsMax(name) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** `Did you mean "x"?`, or `undefined`. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const found = nearest(name, known);
  return found === undefined ? undefined : `Did you mean "${found}"?`;
}

/** Edits between two words, where swapping two neighbours counts as one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j++) {
      if (i === 0) {
        row.push(j);
        continue;
      }
      const above = rows[i - 1] as number[];
      let edits = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, ((rows[i - 2] as number[])[j - 2] as number) + 1);
      }
      row.push(edits);
    }
    rows.push(row);
  }
  return (rows[a.length] as number[])[b.length] as number;
}
