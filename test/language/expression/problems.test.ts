import { expect, test } from 'vitest';
import { analyseBlock, analyseExpression } from '../../../src/language/expression/analyse.ts';
import type { Problem } from '../../../src/language/expression/problem.ts';

/** One line for each problem: code, marked text, message, hint. */
function told(source: string, problems: readonly Problem[]): string[] {
  return problems.map(({ code, message, hint, start, end }) =>
    [code, source.slice(start, end), message, ...(hint === undefined ? [] : [hint])].join(' | '),
  );
}

const STATEMENT = 'An expression is one value; statements belong in a `run` block.';
const IMPORT =
  'Expected a script without `import` and `export`, got one | Scripts have the standard library and nothing else; see the language reference.';

test.each([
  ['', 'expression.empty |  | Expected an expression, got none'],
  [' ', 'expression.empty |   | Expected an expression, got none'],
  ['/* a */', 'expression.empty | /* a */ | Expected an expression, got none'],
  ['a b', 'expression.syntax | b | Expected the end of the expression, got `b`'],
  ['(a) }} b', 'expression.syntax | }} | Expected the end of the expression, got `}}`'],
  ['a;', `expression.syntax | ; | Expected the end of the expression, got \`;\` | ${STATEMENT}`],
  [
    'let x = 1',
    `expression.syntax | let | Expected a name, got \`let\`, which is a word of JavaScript | ${STATEMENT}`,
  ],
  ['return a', `expression.syntax | return | Unexpected token \`return\` | ${STATEMENT}`],
  ['a +', 'expression.syntax | + | Expected more, got the end of the expression'],
  ['f(a, ) )', 'expression.syntax | ) | Expected the end of the expression, got `)`'],
  ['[a, )', 'expression.syntax | ) | Unexpected token `)`'],
  [
    '"abc',
    'expression.syntax | "abc | Expected a quote that closes the text, got the end of the line',
  ],
  [
    `\`a $\{b} c\nd`,
    `expression.syntax | \`a $\{b} c | Expected a backtick that closes the template, got the end`,
  ],
  ['a /* b', 'expression.syntax | /* b | Expected `*/` to close the comment, got the end'],
  [
    '/a',
    'expression.syntax | a | Expected `/` to close the regular expression, got the end of the line',
  ],
  ['/(/', 'expression.syntax | ( | Invalid regular expression: Unterminated group'],
  [
    'a + 1 = 2',
    'expression.syntax | a | Expected a variable or a member to assign to, got another expression | To compare, write `===`.',
  ],
  [
    '{ a = 1 }',
    'expression.syntax | = | Expected `:` after the property name, got `=` | Write `{ name: value }`.',
  ],
  [
    'a || b ?? c',
    'expression.syntax | ?? | Expected brackets where `??` meets `&&` or `||`, got none | Write `(a ?? b) || c`.',
  ],
  [
    'xs.map(x => await f(x))',
    'expression.syntax | f | Unexpected token `f` | Write `async` before the function that has the `await`.',
  ],
  ['<!-- a', 'expression.syntax | < | Expected a comment that begins with `//`, got `<!--`'],
  [
    'a // }}\nb',
    'expression.syntax | b | Expected the end of the expression, got `b` | A `//` comment goes on to the end of its line, `}}` included; write `/* … */` instead.',
  ],
  [
    '"a\0"',
    'expression.syntax | \0 | Expected text without NUL characters, got one | Write it as `\\u0000` in a JavaScript string.',
  ],
  [`a '${'x'.repeat(100)}'`, "expression.syntax | ' | Expected the end of the expression, got `'`"],
  [
    `[a '${'x'.repeat(100)}']`,
    `expression.syntax | '${'x'.repeat(100)}' | Unexpected token \`'${'x'.repeat(29)}…\``,
  ],
  [
    'await f()',
    'expression.await | await | Expected an expression without `await`, got one | `await` belongs in a `run` block.',
  ],
  ['import("a")', `script.import | import | ${IMPORT}`],
  ['import.meta.url', `script.import | import | ${IMPORT}`],
  [
    'eval("1")',
    'script.eval | eval | Expected a script without `eval`, got one | To read JSON, use `JSON.parse`; to look up a member by name, `object[name]`.',
  ],
  [
    '() => { with (a) b }',
    'script.with | with | Expected a script without `with`, got one | Name the object: `order.total` instead of `with (order) total`.',
  ],
  [
    '() => { debugger }',
    'script.debugger | debugger | Expected a script without `debugger`, got one | Use a `log` step to see values.',
  ],
])('of the expression %j is told what is wrong and where', (source, expected) => {
  expect(told(source, analyseExpression(source).problems)).toEqual([expected]);
});

test.each([
  ['let a; let a', "script.syntax | a | Identifier 'a' has already been declared"],
  ['if (a) {', 'script.syntax | { | Expected more, got the end of the block'],
  ['a }', 'script.syntax | } | Unexpected token `}`'],
  [
    'break',
    'script.syntax | break | Expected `break` and `continue` inside a loop or a `switch`, got one outside',
  ],
  ['import a from "b"', `script.import | import | ${IMPORT}`],
  ['export default 1', `script.import | export | ${IMPORT}`],
  ['--> a', 'script.syntax | - | Expected a comment that begins with `//`, got `-->`'],
  ['#!/bin/sh', "script.syntax | ! | Unexpected character '!'"],
  [
    'let \0',
    'script.syntax | \0 | Expected text without NUL characters, got one | Write it as `\\u0000` in a JavaScript string.',
  ],
  [
    'f(function () { await g() })',
    'script.syntax | g | Unexpected token `g` | Write `async` before the function that has the `await`.',
  ],
  // What only sloppy code may say: the guest reads strict code.
  [
    'const package = request.json; return package',
    'script.syntax | package | Expected a name, got `package`, which is a word of JavaScript',
  ],
  ['return 010', 'script.syntax | 010 | Invalid number'],
  ['"a\\01"', 'script.syntax | \\ | Expected an escape such as `\\x07`, got an octal one'],
  [
    'var a = 1; delete a',
    'script.syntax | delete | Expected a member to take away with `delete`, got a name | Set a variable to `undefined` instead.',
  ],
  [
    'let arguments',
    'script.syntax | arguments | Expected another name, got `arguments`, which functions have',
  ],
  ['(function (a, a) {})', 'script.syntax | a | Argument name clash'],
  ['if (a) function f() {}', 'script.syntax | function | Unexpected token `function`'],
  [
    'let eval',
    'script.eval | eval | Expected a script without `eval`, got one | To read JSON, use `JSON.parse`; to look up a member by name, `object[name]`.',
  ],
])('of the block %j is told what is wrong and where', (source, expected) => {
  expect(told(source, analyseBlock(source).problems)).toEqual([expected]);
});

test('all problems of a text that can be read are told at once, in its order', () => {
  const { problems } = analyseBlock('debugger; if (eval(a)) await import("b"); secrets.A == 1');
  expect(problems.map(({ code }) => code)).toEqual([
    'script.debugger',
    'script.eval',
    'script.import',
    'secret.compared',
  ]);
});

test('`eval` is no name of its own, even where the text declares one', () => {
  expect(analyseExpression('eval.call(a)').names.map(({ name }) => name)).toEqual(['a']);
  expect(analyseExpression('eval.call').members).toEqual([]);
  const { problems } = analyseExpression('((eval) => eval("request"))(f)');
  expect(problems.map(({ code }) => code)).toEqual(['script.eval']);
});

test('a block may return, await, and be empty', () => {
  for (const source of ['', '// nothing', 'return', 'if (a) return await b; return c']) {
    expect(analyseBlock(source).problems).toEqual([]);
  }
});

test('comparing a secret is a problem that names `safeEqual`', () => {
  const source = 'a && secrets.KEY === b';
  expect(analyseExpression(source).problems).toEqual([
    {
      code: 'secret.compared',
      message: 'Expected `safeEqual` to compare a secret, got `===`',
      hint: 'Write `safeEqual(secrets.KEY, other)`: a script holds only a handle, which equals nothing, and `===` takes a time that tells how much was right.',
      start: 5,
      end: 22,
    },
  ]);
});

test.each([
  'a == secrets.KEY',
  'secrets.KEY != a',
  'secrets["KEY"] !== a',
  'secrets?.[name] === a',
  `\`Bearer $\{secrets.KEY}\` === a`,
  `\`$\{secrets.KEY === a}\``,
  '"Bearer " + secrets.KEY === a',
  '(a ? secrets.KEY : b) === c',
  '(secrets.KEY ?? a) === b',
  'secrets.KEY.trim() === a',
  'xs.some((x) => x === secrets.KEY)',
  '() => { switch (secrets.KEY) { case a: } }',
  '() => { switch (a) { case secrets.KEY: } }',
])('the secret is seen in %j', (source) => {
  const { problems } = analyseExpression(source);
  expect(problems.map(({ code }) => code)).toEqual(['secret.compared']);
});

test.each([
  'safeEqual(secrets.KEY, a)',
  'safeEqual(secrets.KEY, a) === true',
  'secrets.KEY == null',
  'undefined !== secrets.KEY',
  'typeof secrets.KEY === "object"',
  'a.secrets.KEY === b',
  '((secrets) => secrets.KEY === a)(b)',
  'secrets.KEY + a',
])('nothing is compared in %j', (source) => {
  expect(analyseExpression(source).problems).toEqual([]);
});
