/** One function of `Cerb`, without the name of the namespace; the example as in `LibraryEntry`. */
export type CerbRow = readonly [
  name: string,
  signature: string,
  summary: string,
  example?: readonly [expression: string, value: string],
];
