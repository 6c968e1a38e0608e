import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableLine, styleFor } from '../../src/cli/style.ts';
import { facts, table } from '../../src/cli/table.ts';
import { anyCharacter } from '../any-character.ts';
import { CapturedOutput } from './fake.ts';

function output(terminal: boolean): CapturedOutput {
  return Object.assign(new CapturedOutput(), { terminal });
}

test('colours are for terminals, and not where NO_COLOR or a dumb terminal says so', () => {
  expect(styleFor(output(true), {})('red', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(styleFor(output(true), { NO_COLOR: '' })('red', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(styleFor(output(true), { NO_COLOR: '1' })('red', 'x')).toBe('x');
  expect(styleFor(output(true), { TERM: 'dumb' })('red', 'x')).toBe('x');
  expect(styleFor(output(false), {})('red', 'x')).toBe('x');
});

test('control characters and marks that turn text around are shown', () => {
  expect(printable('a\x1b[2J\r\x9b\u202eb\tc\nd')).toBe('a\\u001b[2J\\u000d\\u009b\\u202eb\tc\nd');
  expect(printableLine('a\tb\nc')).toBe('a\\tb\\nc');
});

test('no text leaves anything that a terminal obeys', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (given) => {
      expect(printable(given)).not.toMatch(/[^\P{Cc}\t\n]/u);
      expect(printableLine(given)).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('columns are as wide as their widest cell, counted in characters', () => {
  expect(
    table(
      ['A', 'B', 'C'],
      [
        ['😀😀', '', 'x'],
        ['a\nb', 'y', ''],
      ],
    ),
  ).toBe(['A     B  C', '😀😀       x', 'a\\nb  y'].join('\n'));
  expect(
    facts([
      ['a', 'x'],
      ['long', ''],
    ]),
  ).toBe('a     x\nlong');
});
