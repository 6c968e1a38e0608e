import fc from 'fast-check';
import { expect, test } from 'vitest';
import { installed } from './installed.ts';

const { Csv } = installed();

test('quotes hold separators, quotes and line ends', () => {
  expect(Csv.parse('a,b\r\n"x, ""y""","1\r\n2"\r\n')).toEqual([{ a: 'x, "y"', b: '1\r\n2' }]);
});

test('a byte order mark, empty lines and any line end are passed over', () => {
  const rows = [
    { a: '1', b: '' },
    { a: '3', b: '4' },
  ];
  expect(Csv.parse('\ufeffa,b\n\n1,\r\r\n3,4')).toEqual(rows);
  expect(Csv.parse('\ufeff"a",b\n\n1,\r\r\n3,4')).toEqual(rows);
});

test('other separators, and lists without a header', () => {
  expect(Csv.parse('a;"b;c"\n1', { separator: ';', header: false })).toEqual([['a', 'b;c'], ['1']]);
  expect(Csv.parse('a\tb', { separator: '\t', header: false })).toEqual([['a', 'b']]);
});

test('a quote inside an unquoted field is a character like others', () => {
  expect(Csv.parse('5" pipe,"a"', { header: false })).toEqual([['5" pipe', 'a']]);
});

test('nothing gives no rows, a header alone neither', () => {
  expect(Csv.parse('')).toEqual([]);
  expect(Csv.parse('a,b\r\n')).toEqual([]);
  expect(Csv.stringify([])).toBe('');
});

test('a column named __proto__ is one like the others', () => {
  const [row] = Csv.parse('__proto__,constructor\n1,2');
  expect(Object.entries(row)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  expect(Csv.stringify([row])).toBe('__proto__,constructor\r\n1,2\r\n');
});

test.each([
  ['a,b\n1\n', 'Csv row 2: Expected 2 fields as in row 1, got 1'],
  ['a,b\n1,2\n1,2,3\n', 'Csv row 3: Expected 2 fields as in row 1, got 3'],
  ['a,b\n"1,2\n', 'Csv row 2: Expected a closing quote, got the end'],
  ['a,b\n"1"x,2\n', `Csv row 2: Expected "," or the line's end after a closing quote, got "x"`],
  ['a,a\n', 'Csv row 1: Expected different names, got "a" twice; read it with header: false'],
])('%j is refused with its row', (text, message) => {
  expect(() => Csv.parse(text)).toThrow(new RangeError(message));
});

test('wrong arguments are named', () => {
  expect(() => Csv.parse(null)).toThrow(new TypeError('Expected a text for Csv.parse, got null'));
  expect(() => Csv.parse('', { delimiter: ';' })).toThrow(
    new TypeError('Expected the options header, separator for Csv.parse, got "delimiter"'),
  );
  expect(() => Csv.parse('', { separator: '"' })).toThrow(
    new RangeError(
      'Expected one character, no quote or line end, for the separator of Csv.parse, got "\\""',
    ),
  );
  expect(() => Csv.stringify({})).toThrow(
    new TypeError('Expected a list of rows for Csv.stringify, got an object'),
  );
  expect(() => Csv.stringify([{ a: 1 }, [2]])).toThrow(
    new TypeError(
      'Expected only objects or only lists as rows of Csv.stringify, got a list as row 2',
    ),
  );
  expect(() => Csv.stringify([[]])).toThrow(
    new RangeError('Expected at least one field in each row of Csv.stringify, got none'),
  );
});

test('values of every kind are written, columns in the order in which they appear', () => {
  const rows = [
    { a: null, b: true },
    { c: new Date(0), b: [1], a: 2n },
  ];
  expect(Csv.stringify(rows)).toBe('a,b,c\r\n,true,\r\n2,[1],1970-01-01T00:00:00.000Z\r\n');
  expect(Csv.stringify(rows, { header: false, separator: ';' })).toBe(
    ';true;\r\n2;[1];1970-01-01T00:00:00.000Z\r\n',
  );
});

const field = fc.string({
  unit: fc.constantFrom('a', 'b', ',', ';', '"', '\r', '\n', ' ', '\ufeff', '\0', '😀'),
});

test('lists written and read again are the same', () => {
  const rows = fc.array(fc.array(field, { minLength: 1 }));
  fc.assert(
    fc.property(rows, fc.constantFrom(',', ';', '\t'), (table, separator) => {
      const options = { header: false, separator };
      expect(Csv.parse(Csv.stringify(table, options), options)).toEqual(table);
    }),
    { numRuns: 500 },
  );
});

test('objects written and read again are the same', () => {
  const table = fc
    .tuple(fc.uniqueArray(field, { minLength: 1, maxLength: 4 }), fc.array(fc.array(field)))
    .map(([names, rows]) =>
      rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? '']))),
    );
  fc.assert(
    fc.property(table, (rows) => {
      expect(Csv.parse(Csv.stringify(rows))).toEqual(rows);
    }),
    { numRuns: 500 },
  );
});

test('parsing any text gives rows or a RangeError', () => {
  fc.assert(
    fc.property(field, (text) => {
      try {
        expect(Array.isArray(Csv.parse(text, { header: false }))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
