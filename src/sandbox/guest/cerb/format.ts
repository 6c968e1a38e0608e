import { float, int, isCollection, pairs, text } from './values.ts';

const DIRECTIVE = /%(?:(\d+)\$)?([-+0 ]|'[\s\S])*(\d+)?(?:\.(\d+))?([bcdeEfFgGosuxX%])/g;
/** Columns that a directive pads to at most. */
const WIDTH_MAX = 10_000;

/** PHP's `sprintf`. Throws where a directive has no argument. */
export function format(pattern: unknown, ...given: readonly unknown[]): string {
  let next = 0;
  return text(pattern).replace(DIRECTIVE, (all, position, _flag, width, precision, kind) => {
    if (kind === '%') return '%';
    const at = position === undefined ? next++ : Number(position) - 1;
    if (at >= given.length) {
      throw new RangeError(`Expected ${at + 1} values for the format, got ${given.length}`);
    }
    const flags = /^%(?:\d+\$)?((?:[-+0 ]|'[\s\S])*)/.exec(all as string)?.[1] ?? '';
    const shown = directive(kind as string, given[at], precision as string | undefined, flags);
    return padded(shown, Math.min(WIDTH_MAX, Number(width ?? 0)), flags);
  });
}

function directive(
  kind: string,
  value: unknown,
  precision: string | undefined,
  flags: string,
): string {
  const places = precision === undefined ? 6 : Math.min(100, Number(precision));
  const signed = (shown: string): string => {
    return flags.includes('+') && !shown.startsWith('-') ? `+${shown}` : shown;
  };
  switch (kind) {
    case 'd':
      return signed(String(int(value)));
    case 'u':
      return BigInt.asUintN(64, BigInt(int(value))).toString();
    case 'f':
    case 'F':
      return signed(float(value).toFixed(places));
    case 'e':
    case 'E': {
      const shown = float(value).toExponential(places);
      return signed(kind === 'E' ? shown.toUpperCase() : shown);
    }
    case 'g':
    case 'G':
      return signed(String(Number(float(value).toPrecision(Math.max(1, places)))));
    case 'b':
      return BigInt.asUintN(64, BigInt(int(value))).toString(2);
    case 'o':
      return BigInt.asUintN(64, BigInt(int(value))).toString(8);
    case 'x':
      return BigInt.asUintN(64, BigInt(int(value))).toString(16);
    case 'X':
      return BigInt.asUintN(64, BigInt(int(value)))
        .toString(16)
        .toUpperCase();
    case 'c':
      return String.fromCharCode(int(value));
    default:
      return precision === undefined ? text(value) : text(value).slice(0, Number(precision));
  }
}

function padded(shown: string, width: number, flags: string): string {
  if (shown.length >= width) return shown;
  const custom = /'([\s\S])/.exec(flags)?.[1];
  const zero = /(?:^|[^'])0/.test(flags);
  const fill = custom ?? (zero ? '0' : ' ');
  if (flags.replace(/'[\s\S]/g, '').includes('-'))
    return shown.padEnd(width, fill === '0' ? ' ' : fill);
  if (fill === '0' && /^[+-]/.test(shown))
    return shown[0] + shown.slice(1).padStart(width - 1, '0');
  return shown.padStart(width, fill);
}

/** Rows as CSV, as PHP's `fputcsv` writes it: quoted where a value has white space, quotes or commas. */
export function csvText(rows: unknown): string | null {
  if (!isCollection(rows)) return null;
  return pairs(rows)
    .filter(([, row]) => isCollection(row))
    .map(([, row]) => {
      const cells = pairs(row).map(([, cell]) => {
        const shown = text(cell);
        return /[",\s\\]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
      });
      return `${cells.join(',')}\n`;
    })
    .join('');
}
