import { printable } from '../core/printable.ts';

const COLORS: Readonly<Record<string, string>> = {
  debug: '\u001b[2m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

/** A JSON log line as people read it: `02:33:01 INFO  request  method=POST status=200`. */
export function textLine(json: string, colors: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const paint = (text: string, color: string | undefined): string =>
    colors && color !== undefined ? `${color}${text}${RESET}` : text;
  const name = String(level);
  const rest = Object.entries(fields).map(
    ([key, value]) => `${paint(`${key}=`, DIM)}${show(value)}`,
  );
  const head = [
    paint(String(time).slice(11, 19), DIM),
    paint(name.toUpperCase().padEnd(5), COLORS[name]),
    String(msg),
  ];
  return `${[...head, ...rest].join(' ')}\n`;
}

/** Values as they are where that is one plain word; else as JSON. What senders wrote moves no cursor. */
function show(value: unknown): string {
  if (typeof value === 'string')
    return /^[\w./:@%+-]+$/.test(value) ? value : printable(JSON.stringify(value));
  if (isError(value)) return printable(value.stack);
  return printable(JSON.stringify(value) ?? 'undefined');
}

function isError(value: unknown): value is { readonly stack: string } {
  if (typeof value !== 'object' || value === null) return false;
  return 'stack' in value && typeof value.stack === 'string';
}
