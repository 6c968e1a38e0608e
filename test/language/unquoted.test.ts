import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../src/language/compile.ts';
import { applyFixes } from '../../src/language/fix.ts';
import { automationOf, execute, said } from './run.ts';

/** What an author writes, what it is mended to, and what it then logs. */
const MISREAD: readonly (readonly [what: string, value: string, fixed: string, logs: unknown])[] = [
  ['a ternary', '${{ 1 ? 2 : 3 }}', '"${{ 1 ? 2 : 3 }}"', 2],
  ['a ternary with a text', "${{ 1 ? 'a' : 'b' }}", `"\${{ 1 ? 'a' : 'b' }}"`, 'a'],
  ['a ternary with both quotes', `\${{ 1 ? 'a' : "b" }}`, `"\${{ 1 ? 'a' : \\"b\\" }}"`, 'a'],
  ['a ternary with a backslash', '${{ 1 ? "\\n" : 2 }}', `'\${{ 1 ? "\\n" : 2 }}'`, '\n'],
  ['an object', '${{ {a: 1}.a }}', '"${{ {a: 1}.a }}"', 1],
  ['a comment sign in a text', '${{ "a #b" }}', `'\${{ "a #b" }}'`, 'a #b'],
  ['a text and two signs', "n ${{ ' #' }}: ${{ 2 }}", `"n \${{ ' #' }}: \${{ 2 }}"`, 'n  #: 2'],
  ['a colon at the end', '${{ 1 }}:', '"${{ 1 }}:"', '1:'],
  ['a leading *', '*${{ 1 }}*', '"*${{ 1 }}*"', '*1*'],
  ['a leading * without an expression', '*bold*', '"*bold*"', '*bold*'],
  ['a leading &', '&${{ 1 }}', '"&${{ 1 }}"', '&1'],
  ['a leading !', '!${{ 1 }}', '"!${{ 1 }}"', '!1'],
  ['a leading %', '%${{ 1 }}', '"%${{ 1 }}"', '%1'],
  ['a leading @', '@${{ 1 }} and @you', '"@${{ 1 }} and @you"', '@1 and @you'],
  ['a leading backtick', '`${{ 1 }}`', '"`${{ 1 }}`"', '`1`'],
  ['a leading >', '> ${{ 1 }}', '"> ${{ 1 }}"', '> 1'],
  ['a leading |', '|${{ 1 }}|', '"|${{ 1 }}|"', '|1|'],
  ['its own double quotes', '"x ${{ "a" }} y"', `'x \${{ "a" }} y'`, 'x a y'],
  ['its own single quotes', "'x ${{ 'a' }} y'", `"x \${{ 'a' }} y"`, 'x a y'],
  ['its own quotes and an escape', '"\\t${{ "a" }}"', '"\\t${{ \\"a\\" }}"', '\ta'],
  ['several lines', '${{ 1\n      ? 2 : 3\n  }}', '"${{ 1 ? 2 : 3 }}"', 2],
  ['what a package fills in', '{{{ key }}}', '"{{{ key }}}"', '{{{ key }}}'],
  ['a text with a colon', 'note: this', '"note: this"', 'note: this'],
];

test.each(MISREAD)('YAML misreads %s; the fix quotes it', async (_, value, fixed, logs) => {
  const text = automationOf(`- log: ${value}`);
  const { diagnostics } = compile(text, 'a.yaml');
  expect(diagnostics.map(({ code }) => code)).toEqual(['yaml.unquoted']);
  const mended = applyFixes(text, diagnostics);
  expect(mended).toContain(`- log: ${fixed}`);
  const again = compile(mended, 'a.yaml');
  expect(again.diagnostics).toEqual([]);
  expect(await logged(again)).toEqual([logs]);
});

test.each([
  ['a list', '- set: { a: [ ${{ 1 }}, ${{ {b: 2} }} ] }\n- log: ${{ a }}', [1, { b: 2 }]],
  [
    'a map',
    '- set: { a: { b: ${{ 1 ? 2 : 3 }}, c: x ${{ 4 }} } }\n- log: ${{ a }}',
    { b: 2, c: 'x 4' },
  ],
  ['two lines', '- set: {\n    a: ${{ 1 }},\n    b: 2 }\n- log: ${{ a }}', 1],
])('YAML misreads expressions inside %s; the fixes quote them', async (_, steps, logs) => {
  const text = automationOf(steps);
  const { diagnostics } = compile(text, 'a.yaml');
  expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['yaml.unquoted']));
  const again = compile(applyFixes(text, diagnostics), 'a.yaml');
  expect(again.diagnostics).toEqual([]);
  expect(await logged(again)).toEqual([logs]);
});

test.each([
  ['!request.json', '${{ !request.json }}'],
  ['total > 1', '${{ total > 1 }}'],
  ["!(total > 1 ? 'a' : 'b')", `"\${{ !(total > 1 ? 'a' : 'b') }}"`],
  ['"total > 1"', '${{ total > 1 }}'],
  ['yes', 'true'],
])('a condition that is plain text, %s, is wrapped', (plain, wrapped) => {
  const text = automationOf(`- set: { total: 1 }\n- if: ${plain}\n  then: []`);
  const mended = applyFixes(text, compile(text, 'a.yaml').diagnostics);
  expect(mended).toContain(`if: ${wrapped}\n`);
  expect(compile(mended, 'a.yaml').diagnostics).toEqual([]);
});

test('a misread value does not hide the mistakes in it, nor those after it', () => {
  expect(said(automationOf('- log: ${{ totl ? 1 : 2 }}\n- lgo: x'))).toBe(`\
a.yaml:3:10 error yaml.unquoted: Expected a quoted text, got \`: \`, where YAML begins the value of a key
3 |   - log: \${{ totl ? 1 : 2 }}
  |          ^^^^^^^^^^^^^^^^^^^
  = Quote it: "\${{ totl ? 1 : 2 }}"

a.yaml:3:14 error name.unknown: Expected a name that is set, got \`totl\`
3 |   - log: \${{ totl ? 1 : 2 }}
  |              ^^^^

a.yaml:4:5 error step.unknown: Expected a step, got \`lgo\`
4 |   - lgo: x
  |     ^^^
  = Did you mean "log"?`);
});

test('what YAML reads as it was meant is left alone', () => {
  const steps = `- log: "\${{ 1 ? 'a: b' : 2 }} # no"
- log: |
    \${{ 1 ? 2 : 3 }} # text: more
    *x* "y
- log: >-
    @you: \${{ {a: 1}.a }}
- log: '\${{ 1 ? "it''s" : 2 }}' # a comment: \${{ x }}
- set: {a: "\${{ 1 }}", b: ['\${{ 2 }}']}
- log: a
    b \${{ 1 }}
    c`;
  expect(said(automationOf(steps))).toBe('');
});

test('applying fixes a second time changes nothing', () => {
  const values = fc.constantFrom(...MISREAD.map(([, value]) => value));
  fc.assert(
    fc.property(fc.array(values, { maxLength: 6 }), (chosen) => {
      const text = automationOf(chosen.map((value) => `- log: ${value}`).join('\n'));
      const once = applyFixes(text, compile(text, 'a.yaml').diagnostics);
      const { diagnostics } = compile(once, 'a.yaml');
      expect(diagnostics).toEqual(chosen.length === 0 ? diagnostics : []);
      expect(applyFixes(once, diagnostics)).toBe(once);
    }),
    { numRuns: 60 },
  );
});

async function logged(compilation: ReturnType<typeof compile>): Promise<readonly unknown[]> {
  if (compilation.automation === undefined) throw new Error('Expected a program, got none');
  const ran = await execute(compilation.automation.program);
  return ran.logs.map(([, value]) => value);
}
