import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { LogLevel } from '../../src/core/run.ts';
import { plainLine } from '../../src/log/plain-line.ts';

const TIME = ',"time":"2026-01-02T03:04:05.006Z"';
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

function pinoLine(level: LogLevel, message: string, fields: Record<string, unknown>): string {
  let written = '';
  const logger = pino(
    {
      level: 'debug',
      base: null,
      timestamp: () => TIME,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line) => {
        written += line;
      },
    },
  );
  logger[level](fields, message);
  return written;
}

test('a line of plain fields is the one that pino would write', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.constantFrom('"', '\\', '\u2028', '\u007f', '\n'),
  );
  const value = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(undefined));
  fc.assert(
    fc.property(
      fc.constantFrom(...LEVELS),
      fc.stringMatching(/^[a-z][a-z._]*$/),
      fc.dictionary(fc.stringMatching(/^f_[a-z_]{1,12}$/), value),
      (level, message, fields) => {
        expect(plainLine(level, TIME, message, fields)).toBe(pinoLine(level, message, fields));
      },
    ),
  );
});

test('half a character is escaped, as pino does from Node 25 on', () => {
  expect(plainLine('info', TIME, 'x', { path: '/\ud800' })).toContain('"path":"/\\ud800"');
});

test.each([
  ['an error', { error: new Error('x') }],
  ['a list', { names: ['a'] }],
  ['null', { query: null }],
  ['a big integer', { size: 1n }],
])('%s among the fields is left to pino', (_, fields) => {
  expect(plainLine('info', TIME, 'x', fields)).toBeUndefined();
});
