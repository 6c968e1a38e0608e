import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument, type Scalar, stringify } from 'yaml';
import { compile } from '../../src/language/compile.ts';
import { alignText } from '../../src/language/yaml/alignment.ts';
import { automationOf, compiled } from './run.ts';

test('every line of author code in the program says which YAML line it came from', () => {
  const text = `automation: a
steps:
  - set:
      plain: \${{ 'markA' .length }}
      double: "x \${{ 'markB' }} \\t \${{ 'markC' }}"
      folded: >-
        some text
        \${{ 'markD' }} and

        \${{ 'markE' }}
      literal: |
        \${{
          'markF' +
          'markG'
        }}
  - run: |
      const markH = 1;

      return \`
        markI\`;
    when: \${{ 'markJ' }}
  - run: "const markK = 1;\\nconst markL = 2;"
  - for: x
    in: [1, "\${{ 'markM' }}"]
    do:
      - fail: { message: "\${{ 'markN' }}", status: "\${{ 'markO'.length }}" }
`;
  const { source, lines } = compiled(text).program;
  const expected = text.split('\n');
  const marks = source.split('\n').flatMap((line, index) => {
    const mark = /mark[A-Z]/.exec(line)?.[0];
    return mark === undefined ? [] : [[mark, lines[index]] as const];
  });
  const places = marks.map(([mark]) => [mark, expected.findIndex((l) => l.includes(mark)) + 1]);
  expect(new Set(marks.map(([mark]) => mark)).size).toBe(15);
  expect(marks).toEqual(places);
});

test.each([
  ['plain', '- log: ab ${{ wrong }}', 3],
  ['single quotes', "- log: 'it''s ${{ wrong }}'", 3],
  ['double quotes', '- log: "\\t\\u00e9\\x41 \\U0001F600 ${{ wrong }}"', 3],
  ['a continued double-quoted text', '- log: "a \\\n    b ${{ wrong }}"', 4],
  ['a folded plain text', '- log: a\n    b\n\n    ${{ wrong }}', 6],
  ['a literal block', '- log: |\n    a\n      ${{ wrong }}', 5],
  ['a folded block', '- log: >\n    a\n    b\n\n    ${{ wrong }}', 7],
  ['a block with an explicit indentation', '- log: |2-\n      ${{ wrong }}', 4],
  ['a run block', '- run: |\n    // first\n    return (\n      wrong\n    );', 6],
  ['Windows line ends', '- log: |\r\n    a\r\n    ${{ wrong }}', 5],
  ['a misread value', '- log: ${{ 1 ? wrong : 2 }}', 3],
  ['a misread list', '- set: { a: [ x, ${{ wrong }} ] }', 3],
])('a mistake in %s is marked where it stands', (_, steps, line) => {
  const text = automationOf(steps);
  const found = compile(text, 'a.yaml').diagnostics.find(({ code }) => code === 'name.unknown');
  const column = (text.split(/\r\n|\n/)[line - 1] ?? '').indexOf('wrong') + 1;
  expect([found?.line, found?.column, found?.length]).toEqual([line, column, 5]);
});

test('a syntax error in a run block is marked in its own line', () => {
  const text = automationOf('- run: |\n    const a = 1;\n    return a +;\n');
  const [found] = compile(text, 'a.yaml').diagnostics;
  expect([found?.code, found?.line, found?.column]).toEqual(['script.syntax', 5, 17]);
});

test('each character that is no white space is found where it stands, whatever the style', () => {
  const characters = fc.constantFrom('a', 'é', '😀', "'", '"', '\\', ' ', '\n', '#', ':', '\t');
  const styles = fc.constantFrom(
    'PLAIN',
    'QUOTE_SINGLE',
    'QUOTE_DOUBLE',
    'BLOCK_LITERAL',
    'BLOCK_FOLDED',
  );
  const widths = fc.constantFrom(0, 20);
  fc.assert(
    fc.property(
      fc.string({ unit: characters, maxLength: 60 }),
      styles,
      widths,
      (text, type, lineWidth) => {
        const source = stringify({ key: text }, { defaultStringType: type as 'PLAIN', lineWidth });
        const node = parseDocument(source).get('key', true) as unknown as Scalar<string>;
        const [from, to] = node.range ?? [0, 0];
        const isBlock = node.type?.startsWith('BLOCK') === true;
        const isQuoted = node.type?.startsWith('QUOTE') === true;
        const start = isBlock ? source.indexOf('\n', from) + 1 : from + (isQuoted ? 1 : 0);
        const style = isBlock
          ? 'block'
          : node.type === 'QUOTE_DOUBLE'
            ? 'double'
            : node.type === 'QUOTE_SINGLE'
              ? 'single'
              : 'plain';
        const at = alignText(node.value, source, start, isQuoted ? to - 1 : to, style);
        for (let index = 0; index < node.value.length; index += 1) {
          const character = node.value[index] as string;
          if (/\s/.test(character)) continue;
          const there = source[at(index)];
          expect(there === character || (style === 'double' && there === '\\')).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});
