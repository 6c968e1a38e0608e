import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyseExpression } from '../../../src/language/expression/analyse.ts';
import { readExpression } from '../../../src/language/expression/parse.ts';
import { isProblem } from '../../../src/language/expression/problem.ts';
import {
  isSingle,
  splitTemplate,
  type TemplatePart,
} from '../../../src/language/expression/template.ts';

const OPEN = '$'.concat('{{');

function sources(text: string): string[] {
  return splitTemplate(text).parts.flatMap((part) =>
    part.kind === 'expression' ? [part.source] : [],
  );
}

function expression(source: string, start: number): TemplatePart {
  return { kind: 'expression', source, start };
}

test('a scalar is split into its texts and expressions, in order', () => {
  expect(splitTemplate(`line ${OPEN} index }} of ${OPEN}n}}.`)).toEqual({
    parts: [
      { kind: 'text', text: 'line ' },
      expression(' index ', 8),
      { kind: 'text', text: ' of ' },
      expression('n', 24),
      { kind: 'text', text: '.' },
    ],
    problems: [],
  });
});

test('a text without expressions is one text, and an empty one has no parts', () => {
  expect(splitTemplate('a }} b $ {{ c').parts).toEqual([{ kind: 'text', text: 'a }} b $ {{ c' }]);
  expect(splitTemplate('').parts).toEqual([]);
});

test('a doubled dollar writes the opening itself', () => {
  expect(splitTemplate(`a $${OPEN} b }} c`).parts).toEqual([
    { kind: 'text', text: `a ${OPEN} b }} c` },
  ]);
  expect(splitTemplate(`$$${OPEN}x`).parts).toEqual([{ kind: 'text', text: `$${OPEN}x` }]);
  expect(splitTemplate(`${OPEN}a}}$${OPEN}b}}${OPEN}c}}`).parts).toEqual([
    expression('a', 3),
    { kind: 'text', text: `${OPEN}b}}` },
    expression('c', 16),
  ]);
});

test.each([
  '{ a: { b: 1 }}',
  '{a:{b:{c:1}}}',
  '"}}"',
  `'}} ${OPEN} }}'`,
  '`}} $'.concat('{ `}}` + {a:{}}.a } }}`'),
  '/}}/.test(x)',
  '/[}}/]}}/g',
  'a /* }} */',
  '(() => { return {} })()',
  'xs.map(x => ({ id: x.id, at: {} }))',
  'a\n// }}\n+ b',
  'x => {{ }}',
  'a ? { b: {}} : {}',
  'function () { if (a) {{ b }}}',
  '"\\"}}"',
  'class { m() { {} }}',
])('the end of %j is found', (source) => {
  expect(sources(`${OPEN}${source}}} after ${OPEN} b }}`)).toEqual([source, ' b ']);
});

test('only a scalar that is exactly one expression is single', () => {
  expect(isSingle(splitTemplate(`${OPEN} a }}`).parts)).toBe(true);
  expect(isSingle(splitTemplate(`${OPEN} a }} `).parts)).toBe(false);
  expect(isSingle(splitTemplate(`${OPEN} a }}${OPEN} b }}`).parts)).toBe(false);
  expect(isSingle(splitTemplate(`$${OPEN} a }}`).parts)).toBe(false);
  expect(isSingle(splitTemplate('').parts)).toBe(false);
});

test('an unclosed expression is a problem, and the text before it stays', () => {
  expect(splitTemplate(`to ${OPEN} a + b }`)).toEqual({
    parts: [{ kind: 'text', text: 'to ' }],
    problems: [
      {
        code: 'expression.unclosed',
        message: 'Expected `}}` to close the expression, got the end of the text',
        hint: `To write the text \`${OPEN}\` itself, write \`$${OPEN}\`.`,
        start: 3,
        end: 6,
      },
    ],
  });
});

test('a line comment that swallows the end is named', () => {
  expect(splitTemplate(`${OPEN} a // why }}`).problems).toEqual([
    {
      code: 'expression.unclosed',
      message: 'Expected `}}` to close the expression, got the end of the text',
      hint: 'A `//` comment goes on to the end of its line, `}}` included; write `/* … */` instead.',
      start: 0,
      end: 3,
    },
  ]);
});

test.each([
  ['a +', ' a + '],
  ['"a', ' "a '],
  ['`a', ' `a '],
  ['/* a', ' /* a '],
  ['a b', ' a b '],
  ['f(', ' f( '],
  ['', '  '],
  ['(f({ a: { b: 1 }})) = 1', ' (f({ a: { b: 1 }})) = 1 '],
])('after the wrong expression %j the next one is still found', (wrong, source) => {
  const { parts, problems } = splitTemplate(`${OPEN} ${wrong} }} and ${OPEN} ok }}`);
  expect(parts).toEqual([
    expression(source, 3),
    { kind: 'text', text: ' and ' },
    expression(' ok ', source.length + 13),
  ]);
  // The mistake is reported once, by whoever analyses the part.
  expect(problems).toEqual([]);
  expect(analyseExpression(source).problems).toHaveLength(1);
});

test('a hostile text of openings costs no more than its length', () => {
  for (const unit of [`${OPEN}`, `${OPEN} \`}} `, `${OPEN} /* }} `, `${OPEN} ( }}`, `$${OPEN}`]) {
    const { parts, problems } = splitTemplate(unit.repeat(40_000));
    expect(parts.length + problems.length).toBeLessThan(50);
  }
});

/** Expressions with `}}` wherever JavaScript allows it. */
const expressions: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'request.json.x', '1', 'null', '/}}/', '/[/}}]/g.source'),
    fc.string().map((text) => JSON.stringify(text)),
    fc.constantFrom('`}}`', "'}}'", '(a /* }} */)', '(a // }}\n)', '(() => {})', '{}', '[{}]'),
    tie('expression').map((inner) => `{ a: ${inner}}`),
    tie('expression').map((inner) => `{a:{b:${inner}}}`),
    tie('expression').map((inner) => `\`\${${inner}}}}\``),
    tie('expression').map((inner) => `(x => { return {a:${inner}}})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}) / (${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `[${a},${b}]`),
  ),
})).expression;

const texts = fc
  .array(fc.constantFrom('$', '{', '}', '}}', '${', OPEN, ' ', 'a', '"', '/*', '`', '\n'))
  .map((pieces) => pieces.join(''));

test('what is written as a template is read back: texts, expressions and places', () => {
  const part = fc.oneof(
    // A dollar right before an expression would be read as the mark that escapes it.
    texts
      .filter((text) => text !== '' && !text.endsWith('$'))
      .map((text) => ({ kind: 'text' as const, text })),
    expressions.map((source) => ({ kind: 'expression' as const, source })),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (written) => {
      let text = '';
      const expected: TemplatePart[] = [];
      for (const piece of written) {
        const last = expected.at(-1);
        if (piece.kind === 'expression') {
          expected.push(expression(piece.source, text.length + OPEN.length));
          text += `${OPEN}${piece.source}}}`;
        } else if (last?.kind === 'text') {
          return; // Two texts in a row are one; generated again apart.
        } else {
          expected.push(piece);
          text += piece.text.split(OPEN).join(`$${OPEN}`);
        }
      }
      expect(splitTemplate(text)).toEqual({ parts: expected, problems: [] });
    }),
    { numRuns: 500 },
  );
});

/** Pieces of JavaScript that open, close and break things. */
const pieces = fc
  .array(
    fc.constantFrom(
      ...[
        '{',
        '}',
        '}}',
        '(',
        ')',
        '[',
        ']',
        '`',
        '$'.concat('{'),
        '"',
        "'",
        '/',
        '/*',
        '*/',
        '//',
      ],
      ...[' ', '\n', '\\', 'a', '1', '.', '?', '?.', ':', ',', '=', '=>', '+', '++', '...', '#a'],
      ...['class ', 'function ', 'async ', 'await ', 'let ', 'new ', 'in ', 'a=1', '__proto__:1'],
    ),
    { maxLength: 25 },
  )
  .map((list) => list.join(''));

test('where the end is only guessed, the analysis of the part reports the mistake', () => {
  let guessed = 0;
  fc.assert(
    fc.property(pieces, (piece) => {
      const text = `${piece}}}`;
      const [part] = splitTemplate(OPEN + text).parts;
      if (part?.kind !== 'expression') return;
      const { result, next } = readExpression(text);
      if (!isProblem(result) && next === part.source.length) return;
      guessed += 1;
      expect(analyseExpression(part.source).problems).not.toEqual([]);
    }),
    { numRuns: 10_000 },
  );
  expect(guessed).toBeGreaterThan(5000);
});

test('any text at all is split without a throw, and every part stands where it says', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const part of splitTemplate(text).parts) {
        if (part.kind === 'text') continue;
        expect(text.startsWith(`${OPEN}${part.source}}}`, part.start - OPEN.length)).toBe(true);
        analyseExpression(part.source);
      }
    }),
    { numRuns: 2000 },
  );
});
