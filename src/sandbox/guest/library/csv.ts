import { asOptions, asText, found } from './arguments.ts';
import { LineEnds, splitLines } from './lines.ts';
import type { Provision } from './provide.ts';

interface Options {
  readonly header: boolean;
  readonly separator: string;
}

/** What has to be quoted; a byte order mark at the start would be taken for the file's own. */
const SPECIAL = /["\r\n\uFEFF]/;

/** `Csv`, by RFC 4180. Rows in messages count from 1, the header included. */
const csv: Readonly<Record<string, unknown>> = {
  parse: (text: unknown, given?: unknown) => {
    const options = optionsOf(given, 'Csv.parse');
    const rows = parseRows(asText(text, 'Csv.parse'), options.separator);
    return options.header ? toObjects(rows) : rows;
  },

  stringify: (rows: unknown, given?: unknown) => {
    const { header, separator } = optionsOf(given, 'Csv.stringify');
    if (!Array.isArray(rows)) {
      throw new TypeError(`Expected a list of rows for Csv.stringify, got ${found(rows)}`);
    }
    const table = rows.every((row) => Array.isArray(row)) ? rows : fromObjects(rows, header);
    return table.map((row) => `${line(row, separator)}\r\n`).join('');
  },
};

function optionsOf(given: unknown, of: string): Options {
  const options = asOptions(given, ['header', 'separator'], of);
  const { header = true, separator = ',' } = options;
  if (typeof header !== 'boolean') {
    throw new TypeError(`Expected true or false for the header of ${of}, got ${found(header)}`);
  }
  if (typeof separator !== 'string' || separator.length !== 1 || /["\r\n\uFEFF]/.test(separator)) {
    throw new RangeError(
      `Expected one character, no quote or line end, for the separator of ${of}, got ${found(separator)}`,
    );
  }
  return { header, separator };
}

/** Rows of fields; empty lines are no rows. Throws a RangeError that names the row. */
function parseRows(text: string, separator: string): string[][] {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (!source.includes('"')) {
    const filled = splitLines(source).filter((row) => row !== '');
    return filled.map((row) => row.split(separator));
  }
  const rows: string[][] = [];
  const ends = new LineEnds(source);
  let next = 0;
  let stop = -1; // The next separator, kept so that a column without any is not searched again and again.
  for (let at = 0; at < source.length; at = next) {
    let end: number;
    [end, next] = ends.after(at);
    if (at === end) continue;
    const row: string[] = [];
    for (;;) {
      if (source[at] === '"') {
        const close = closingQuote(source, at, rows.length + 1);
        row.push(source.slice(at + 1, close).replaceAll('""', '"'));
        at = close + 1;
        if (at > end) [end, next] = ends.after(at);
        if (at < end && source[at] !== separator) {
          throw new RangeError(
            `Csv row ${rows.length + 1}: Expected ${found(separator)} or the line's end after a closing quote, got ${found(source[at])}`,
          );
        }
      } else {
        if (stop < at) stop = positionOf(source, separator, at);
        const to = Math.min(stop, end);
        row.push(source.slice(at, to));
        at = to;
      }
      if (at >= end) break;
      at++;
    }
    rows.push(row);
  }
  return rows;
}

function positionOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from);
  return at === -1 ? source.length : at;
}

function closingQuote(source: string, open: number, row: number): number {
  for (let from = open + 1; ; ) {
    const quote = source.indexOf('"', from);
    if (quote === -1) throw new RangeError(`Csv row ${row}: Expected a closing quote, got the end`);
    if (source[quote + 1] !== '"') return quote;
    from = quote + 2;
  }
}

function toObjects(rows: readonly string[][]): Record<string, string>[] {
  const [names, ...data] = rows;
  if (names === undefined) return [];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new RangeError(
      `Csv row 1: Expected different names, got ${found(twice)} twice; read it with header: false`,
    );
  }
  return data.map((row, at) => {
    if (row.length !== names.length) {
      throw new RangeError(
        `Csv row ${at + 2}: Expected ${names.length} fields as in row 1, got ${row.length}`,
      );
    }
    // `fromEntries` defines members, so that a column named `__proto__` is one like the others.
    return Object.fromEntries(names.map((name, column) => [name, row[column] as string]));
  });
}

function fromObjects(rows: readonly unknown[], header: boolean): unknown[][] {
  const names = new Set<string>();
  rows.forEach((row, at) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new TypeError(
        `Expected only objects or only lists as rows of Csv.stringify, got ${found(row)} as row ${at + 1}`,
      );
    }
    for (const name of Object.keys(row)) names.add(name);
  });
  const columns = [...names];
  const table = rows.map((row) =>
    columns.map((name) =>
      Object.hasOwn(row as object, name) ? (row as Record<string, unknown>)[name] : '',
    ),
  );
  return header && rows.length > 0 ? [columns, ...table] : table;
}

function line(row: readonly unknown[], separator: string): string {
  if (row.length === 0) {
    throw new RangeError('Expected at least one field in each row of Csv.stringify, got none');
  }
  const fields = row.map(plain);
  if (fields.length === 1 && fields[0] === '') return '""';
  // One look at the whole row: most have nothing to quote.
  const together = fields.join('');
  if (!SPECIAL.test(together) && !together.includes(separator)) return fields.join(separator);
  return fields.map((text) => quoted(text, separator)).join(separator);
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return JSON.stringify(value) ?? '';
  return asText(value, 'a field of Csv.stringify');
}

function quoted(text: string, separator: string): string {
  if (!SPECIAL.test(text) && !text.includes(separator)) return text;
  return `"${text.replaceAll('"', '""')}"`;
}

export const provision: Provision = () => ({ Csv: csv });
