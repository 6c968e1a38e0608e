import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convert } from '../../src/package/convert/convert.ts';

const PIECES = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\n',
  '  ',
  '    ',
  'start:',
  'workflow:',
  'records:',
  'automation/a:',
  'fields:',
  'script@raw:',
  'set:',
  'a',
  'b@int: 1',
  'return:',
  'body: ',
  '{{',
  '}}',
  '{%',
  '%}',
  'if',
  'for x in y',
  'endfor',
  '|join',
  '(',
  ')',
  "'",
  'not ',
  ' is defined',
  '#{',
  '- id: a',
  'trigger-rule:',
  'match:',
  'type: value',
  '{{{x}}}',
  '"package"',
  '"records"',
  '"uid"',
  '"script"',
  '\\',
  '\ufeff',
  'é',
  '-',
  '**',
  '..',
  '?',
  '??',
  'policy_kata@raw:',
); // prettier-ignore

test('no text makes the conversion throw, and what it makes without an error is sound', () => {
  fc.assert(
    fc.property(fc.array(PIECES, { maxLength: 60 }), fc.boolean(), (parts, skipUnsupported) => {
      const found = convert(parts.join(''), 'x', { skipUnsupported });
      for (const { code, message } of found.diagnostics) {
        expect([code, message]).not.toContain('convert.invalid');
      }
    }),
    { numRuns: 1500 },
  );
});

test.each([
  ['brackets', `start:\n  log: {{ ${'('.repeat(20_000)} }}`],
  ['lists', `start:\n  log: {{ ${'['.repeat(20_000)} }}`],
  ['signs', `start:\n  log: {{ ${'- '.repeat(20_000)}1 }}`],
  ['negations', `start:\n  log: {{ ${'not '.repeat(20_000)}1 }}`],
  ['questions', `start:\n  log: {{ ${'a ? '.repeat(20_000)}1 }}`],
  ['members', `start:\n  set:\n    a: 1\n  log: {{ a${'.b'.repeat(20_000)} }}`],
  ['tags', `start:\n  log: ${'{% if a %}'.repeat(5_000)}`],
  ['texts inside texts', `start:\n  log: {{ ${'"#{'.repeat(5_000)} }}`],
  [
    'keys',
    `start:\n${Array.from({ length: 2000 }, (_, at) => `${' '.repeat(at + 1)}set:`).join('\n')}`,
  ],
  ['JSON', `{"package": ${'['.repeat(100_000)}`],
  ['rules', `- id: a\n  execute-command: x\n  trigger-rule: ${'{not: '.repeat(2_000)}`],
])('thousands of %s inside each other end in a diagnostic', (_, text) => {
  expect(convert(text, 'x', { skipUnsupported: false }).diagnostics.length).toBeGreaterThan(0);
});

// What takes the square of its length would take minutes here, and the test its time limit.
test.each([
  ['statements of the import', packageOf('{{%'.repeat(300_000))],
  ['prompts', packageOf(`start:\n  log: ${'{{{x}}}'.repeat(100_000)}`)],
  ['open prompts', packageOf('{{{'.repeat(300_000))],
  [
    'keys beside each other',
    `start:\n  set:\n${Array.from({ length: 20_000 }, (_, at) => `    k${at}: 1`).join('\n')}`,
  ],
  [
    'names that are alike',
    `start:\n  set:\n${Array.from({ length: 30_000 }, (_, at) => `    ${at.toString(2).replaceAll('0', '-').replaceAll('1', '.')}: 1`).join('\n')}`,
  ],
  ['header lines', `start:\n  return:\n    headers@text:\n${'      A: b\n'.repeat(50_000)}`],
  ['one long text', packageOf('x'.repeat(5_000_000))],
  [
    'records',
    JSON.stringify({
      package: { name: 'a' },
      records: Array.from({ length: 20_000 }, () => ({ uid: 'a', _context: 'task' })),
    }),
  ],
])('a file of megabytes with many %s is read in one pass', (_, text) => {
  expect(convert(text, 'x', { skipUnsupported: true }).from).toMatch(/^cerb/);
});

function packageOf(script: string): string {
  const record = {
    uid: 'a',
    _context: 'automation',
    name: 'a',
    extension_id: 'cerb.trigger.webhook.respond',
    script,
  };
  return JSON.stringify({ package: { name: 'a' }, records: [record] });
}

test('a file that is none of those is told so', () => {
  expect(convert('hello', 'x', { skipUnsupported: false }).diagnostics).toMatchObject([
    {
      code: 'convert.unknown',
      message: 'Expected a file of Cerb or adnanh/webhook, got another one',
    },
  ]);
});
