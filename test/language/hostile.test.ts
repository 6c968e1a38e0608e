import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../src/language/compile.ts';
import { applyFixes } from '../../src/language/fix.ts';
import { NESTING_MAX, nestingExcess } from '../../src/language/yaml/nesting.ts';
import { FILE_BYTES_MAX } from '../../src/language/yaml/read.ts';
import { anyCharacter } from '../any-character.ts';
import { automationOf, said } from './run.ts';

// Composing these aborts a Node 20 process, and with it this test file: that they end is the proof.
test.each([
  ['flow lists', '['.repeat(10_000)],
  ['flow maps', '{a: '.repeat(10_000)],
  ['closed flow lists', '['.repeat(5_000) + ']'.repeat(5_000)],
  ['block lists', '- '.repeat(10_000)],
  ['block maps', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['explicit keys', '? '.repeat(10_000)],
  ['explicit keys and lists', '? - '.repeat(10_000)],
  ['empty keys', ': '.repeat(10_000)],
  ['flow inside block', '- [{'.repeat(5_000)],
  ['a mixture behind a sound beginning', `automation: a\nsteps:\n${'  - - '.repeat(5_000)}`],
  ['lists as keys', `${'['.repeat(100)}a${']: ['.repeat(100)}`],
])('deep nesting of %s is refused before it is composed', (_, text) => {
  expect(compile(text, 'a.yaml').diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ['yaml.too_deep', `Expected at most ${NESTING_MAX} lists and maps inside each other, got more`],
  ]);
});

test.each([
  ['anchors', '&a '.repeat(10_000)],
  ['tags', '! '.repeat(10_000)],
  ['quotes', '"'.repeat(10_000)],
  ['keys', 'a: '.repeat(10_000)],
  ['lists as keys, one after the other', '[x]: '.repeat(5_000)],
  ['documents', '---\n'.repeat(10_000)],
  ['broken expressions', `- \${{ "\n`.repeat(10_000)],
  ['expressions', `- \${{ {a: 1} }}\n`.repeat(5_000)],
  ['open expressions in flow', `[${'${{ '.repeat(10_000)}`],
  ['open expressions in quotes', `"${'${{ " '.repeat(10_000)}`],
])('thousands of %s end in diagnostics', (_, text) => {
  expect(compile(text, 'a.yaml').diagnostics.length).toBeGreaterThan(0);
});

test('as deep as the limit is fine, one deeper is not', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(nestingExcess(nested(NESTING_MAX))).toBeUndefined();
  expect(nestingExcess(nested(NESTING_MAX + 2))).toBeGreaterThan(0);
});

test('a file over the limit is refused unread', () => {
  expect(said(`a: ${'x'.repeat(FILE_BYTES_MAX)}`).split('\n')[0]).toBe(
    'a.yaml:1:1 error yaml.too_long: Expected at most 256kB, got 262147 bytes',
  );
});

const PIECES = [
  'automation: a',
  'steps:',
  '- ',
  '  ',
  '\n',
  '\r\n',
  'log: ',
  'set: ',
  '{ ',
  ' }',
  '[',
  ']',
  ', ',
  '${{ ',
  ' }}',
  'x',
  '1',
  ': ',
  ' #',
  '"',
  "'",
  '|\n',
  '>-\n',
  '*',
  '&',
  '!',
  '?',
  '\t',
  'request.json',
  'if: ',
  'then:',
  'for: i',
  'in: ',
  'do:',
  'run: |\n',
  '\\',
  '\u2028',
  '😀',
  '__proto__',
  '---\n',
  '%',
]; // prettier-ignore
const yamlish = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 40 })
  .map((parts) => parts.join(''));

const VALID = automationOf(`- set:
    order: \${{ request.json }}
    size: "\${{ order.total > 10 ? 'large' : 'small' }}"
- for: line, index
  in: \${{ order.lines }}
  do: [ { log: "\${{ index }}: \${{ line }}" } ]
- run: |
    return order.total;
  as: total
- return: { status: 200, json: { total: "\${{ total }}" } }`);
const mutated = fc
  .tuple(fc.nat(VALID.length), fc.nat(12), fc.constantFrom(...PIECES, ''))
  .map(([at, length, piece]) => VALID.slice(0, at) + piece + VALID.slice(at + length));

test.each([
  ['any text', fc.string({ unit: anyCharacter, maxLength: 200 })],
  ['text that looks like YAML', yamlish],
  ['an automation with a slip', mutated],
])('%s is compiled or diagnosed, never thrown at', (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      const { automation, diagnostics } = compile(text, 'a.yaml');
      const lines = text.split(/\r\n|\r|\n/);
      expect(automation === undefined).toBe(
        diagnostics.some(({ severity }) => severity === 'error'),
      );
      for (const { line, column, length, fix } of diagnostics) {
        expect(length).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1);
        if (fix !== undefined) expect(fix.end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 400 },
  );
});

test('a program that was compiled from a slip is JavaScript', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const { automation } = compile(text, 'a.yaml');
      if (automation === undefined) return;
      const { source, lines } = automation.program;
      expect(() => new Function(`return (${source}\n)`)).not.toThrow();
      expect(lines.length).toBe(source.split('\n').length);
    }),
    { numRuns: 400 },
  );
});

test('fixing settles within a few rounds, whatever the text', () => {
  fc.assert(
    fc.property(fc.oneof(yamlish, mutated), (text) => {
      let fixed = text;
      for (let round = 0; round < 6; round += 1) {
        const next = applyFixes(fixed, compile(fixed, 'a.yaml').diagnostics);
        if (next === fixed) return;
        fixed = next;
      }
      expect(applyFixes(fixed, compile(fixed, 'a.yaml').diagnostics)).toBe(fixed);
    }),
    { numRuns: 400 },
  );
});
