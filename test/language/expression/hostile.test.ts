import { expect, test } from 'vitest';
import { analyseBlock, analyseExpression } from '../../../src/language/expression/analyse.ts';

const COUNT = 15_000;

/** Texts that nest without end, each by another rule of the grammar. */
const EXPRESSIONS: Readonly<Record<string, (count: number) => string>> = {
  'opening brackets': (n) => '('.repeat(n),
  'opening square brackets': (n) => '['.repeat(n),
  negations: (n) => '!'.repeat(n),
  'closed brackets': (n) => `${'('.repeat(n)}1${')'.repeat(n)}`,
  lists: (n) => '['.repeat(n) + ']'.repeat(n),
  objects: (n) => `${'{a:'.repeat(n)}1${'}'.repeat(n)}`,
  signs: (n) => `${'- '.repeat(n)}1`,
  sums: (n) => `1${'+1'.repeat(n)}`,
  powers: (n) => `1${'**1'.repeat(n)}`,
  assignments: (n) => `${'a='.repeat(n)}1`,
  conditions: (n) => `${'a?b:'.repeat(n)}1`,
  arrows: (n) => `${'x=>'.repeat(n)}1`,
  'parameter defaults': (n) => '(a='.repeat(n),
  patterns: (n) => `(${'['.repeat(n)}${']'.repeat(n)}=a)`,
  templates: (n) => '`${'.repeat(n),
  constructors: (n) => `${'new '.repeat(n)}a`,
  arguments: (n) => `${'f('.repeat(n)}${')'.repeat(n)}`,
  calls: (n) => `a${'()'.repeat(n)}`,
  methods: (n) => `a${'.b()'.repeat(n)}`,
  tags: (n) => `a${'``'.repeat(n)}`,
  indexes: (n) => `${'a['.repeat(n)}1${']'.repeat(n)}`,
  functions: (n) => '(function(){return '.repeat(n).slice(0, 60_000),
  classes: (n) => '(class{a='.repeat(n).slice(0, 60_000),
  'class parents': (n) => 'class extends '.repeat(n).slice(0, 60_000),
  'groups of a regular expression': (n) => `/${'('.repeat(n)}${')'.repeat(n)}/`,
  'lookaheads of a regular expression': (n) => `/${'(?='.repeat(n)}${')'.repeat(n)}/`,
};

const BLOCKS: Readonly<Record<string, (count: number) => string>> = {
  blocks: (n) => '{'.repeat(n) + '}'.repeat(n),
  conditions: (n) => `${'if(a);else '.repeat(n)};`,
  labels: (n) => `${Array.from({ length: n }, (_, i) => `l${i}:`).join('')};`,
  loops: (n) => `${'for(;;)'.repeat(n)};`,
  functions: (n) => 'function f(){'.repeat(n) + '}'.repeat(n),
  patterns: (n) => `let ${'{a:'.repeat(n)}a${'}'.repeat(n)}=1`,
  tries: (n) => `${'try{'.repeat(n)}`,
  switches: (n) => 'switch(a){default:'.repeat(n).slice(0, 250_000),
  'static blocks': (n) => '(class{static{'.repeat(n),
};

test.each(Object.entries(EXPRESSIONS))('an expression of endless %s is refused', (_, nest) => {
  const { problems, names } = analyseExpression(nest(COUNT));
  expect(names).toEqual([]);
  expect(problems.map(({ code, hint }) => [code, hint])).toEqual([
    ['expression.too_deep', 'Split it into several steps.'],
  ]);
});

test.each(Object.entries(BLOCKS))('a block of endless %s is refused', (_, nest) => {
  const { problems } = analyseBlock(nest(COUNT));
  expect(problems.map(({ code }) => code)).toEqual(['script.too_deep']);
});

test.each(['(', '[', '!'])('50,000 times %j is refused with a clear problem', (unit) => {
  const [problem] = analyseExpression(unit.repeat(50_000)).problems;
  expect(problem?.message).toBe('Expected less nesting, got more than the parser takes');
});

test.each(Object.entries(EXPRESSIONS))('of %s, as many as people write are taken', (_, nest) => {
  const codes = analyseExpression(nest(20)).problems.map(({ code }) => code);
  expect(codes).not.toContain('expression.too_deep');
});

test('what is long without being deep is taken', () => {
  expect(analyseExpression(`[${'1,'.repeat(30_000)}]`).problems).toEqual([]);
  expect(analyseExpression(`a${',a'.repeat(30_000)}`).names).toHaveLength(30_001);
  expect(analyseBlock('a;'.repeat(120_000)).names).toHaveLength(120_000);
});

test('a text over its length is refused unread', () => {
  expect(analyseExpression(`"${'a'.repeat(65_534)}"`).problems).toEqual([]);
  expect(analyseExpression(`"${'a'.repeat(65_535)}"`).problems).toEqual([
    {
      code: 'expression.too_long',
      message: 'Expected at most 65536 characters, got 65537',
      hint: 'Move data into `inputs`, or split the work into several steps.',
      start: 0,
      end: 1,
    },
  ]);
  expect(analyseBlock(`"${'a'.repeat(262_142)}"`).problems).toEqual([]);
  expect(analyseBlock(' '.repeat(262_145)).problems.map(({ code }) => code)).toEqual([
    'script.too_long',
  ]);
});

test('a text that declares more names than any needs is refused', () => {
  const names = Array.from({ length: 2001 }, (_, i) => `a${i}`);
  expect(analyseBlock(`let ${names.slice(1).join()}`).problems).toEqual([]);
  expect(
    analyseBlock(`let ${names.join()}`).problems.map(({ code, message }) => [code, message]),
  ).toEqual([['script.too_many_names', 'Expected at most 2000 declared names, got more']]);
});

test('a message does not repeat what is long', () => {
  const long = 'a'.repeat(10_000);
  for (const source of [`/(${long}/`, `let ${long}; let ${long}`, `[a "${long}"]`]) {
    const [problem] = analyseBlock(source).problems;
    expect(problem?.message.length).toBeLessThan(100);
  }
});
