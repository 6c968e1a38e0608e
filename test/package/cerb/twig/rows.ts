/** What Cerb's Twig gives where the oracle gives something else, and why. */
interface Deviation {
  readonly cerb: string;
  readonly reason: string;
}

/** A template, the variables it sees, and how Cerb differs from the oracle where it does. */
export type Row = readonly [
  template: string,
  variables?: Record<string, unknown>,
  deviation?: Deviation,
];

/** Values of all kinds. */
export const N = {
  n: null,
  z: 0,
  one: 1,
  s: 'text',
  e: '',
  t: true,
  f: false,
  list: [3, 1, 2],
  none: [],
};
/** What people have in templates. */
export const O = {
  order: {
    id: 7,
    total: 12.5,
    lines: [
      { sku: 'a', n: 2 },
      { sku: 'b', n: 1 },
    ],
    note: null,
  },
  name: 'Joe',
  tags: ['red', 'blue'],
};
