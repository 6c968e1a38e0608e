import { expect, test } from 'vitest';
import { analyseBlock, analyseExpression } from '../../../src/language/expression/analyse.ts';

/** Member uses in short: `a.b.c`, with `()` where it is called, `=` where written, `?` where tested. */
function paths(source: string): string[] {
  const { members, problems } = analyseExpression(source);
  expect(problems).toEqual([]);
  return members.map(({ root, path, called, written, tested }) => {
    const call = called === undefined ? '' : `(${called.argument ?? ''})`;
    return [root, ...path].join('.') + call + (written ? '=' : '') + (tested ? '?' : '');
  });
}

test('a member path says where it stands, as a whole and member by member', () => {
  const source = " request?.json['a b'] .title + x";
  const { members } = analyseExpression(source);
  expect(members).toEqual([
    {
      root: 'request',
      path: ['json', 'a b', 'title'],
      start: 1,
      end: 28,
      segments: [
        { start: 10, end: 14 },
        { start: 15, end: 20 },
        { start: 23, end: 28 },
      ],
    },
  ]);
  const place = members[0]?.segments.map(({ start, end }) => source.slice(start, end));
  expect(place).toEqual(['json', "'a b'", 'title']);
});

test.each([
  ['a', []],
  ['a[b]', []],
  ['a()', []],
  ['a.b', ['a.b']],
  ['a.b[c].d', ['a.b']],
  ['a.b[c.d].e', ['a.b', 'c.d']],
  ['a[0].b', ['a.0.b']],
  ['a[`b`]', ['a.b']],
  [`a[\`b$\{c}\`]`, []],
  ['a[-1]', []],
  ['a?.b?.[0]?.c', ['a.b.0.c']],
  ['(a?.b).c', ['a.b.c']],
  ['a.b.c()', ['a.b.c()']],
  ['a.b?.c()', ['a.b.c()']],
  ['a.b?.()', ['a.b()']],
  ['(a?.b)()', ['a.b()']],
  ['a.b().c.d()', ['a.b()']],
  ['a.b("X")', ['a.b(X)']],
  ['a.b(`X`)', ['a.b(X)']],
  ['a.b("X", 1)', ['a.b()']],
  ['a.b(...["X"])', ['a.b()']],
  ['a.b[c]("X")', ['a.b']],
  ['a.b`X`', ['a.b()']],
  ['new a.b()', ['a.b']],
  ['a.b = c.d', ['a.b=', 'c.d']],
  ['a.b += 1', ['a.b=']],
  ['a.b[c] = 1', ['a.b']],
  ['a.b++', ['a.b=']],
  ['delete a?.b', ['a.b=']],
  ['[a.b] = c', ['a.b=']],
  ['({ x: a.b = c.d } = e)', ['a.b=', 'c.d']],
  ['!a.b', ['a.b?']],
  ['!a.b[c]', ['a.b']],
  ['typeof a.b', ['a.b?']],
  ['a.b ? c.d : e.f', ['a.b?', 'c.d', 'e.f']],
  ['a.b && c.d', ['a.b?', 'c.d']],
  ['a.b || c.d', ['a.b', 'c.d']],
  ['a.b ?? c.d', ['a.b', 'c.d']],
  ['(a.b || c.d) && e.f', ['a.b?', 'c.d?', 'e.f']],
  ['!(a.b && !c?.d)', ['a.b?', 'c.d?']],
  ['a.b == null', ['a.b?']],
  ['undefined !== a.b', ['a.b?']],
  ['a.b === c.d', ['a.b', 'c.d']],
  ['((undefined) => a.b == undefined)(c)', ['a.b']],
  ['((a) => a.b)(c.d)', ['c.d']],
  ['a.constructor.constructor', ['a.constructor.constructor']],
])('the member paths of %j are %j', (source, expected) => {
  expect(paths(source)).toEqual(expected);
});

test('conditions of statements are tests too', () => {
  const source =
    'if (a.b) {} while (a.c) {} do {} while (a.d); for (; a.e; a.f) {} switch (a.g) {}';
  const tested = analyseBlock(source).members.filter((member) => member.tested);
  expect(tested.map(({ path }) => path.join())).toEqual(['b', 'c', 'd', 'e']);
});

test('a path of 30,000 members is read without recursion', () => {
  expect(analyseExpression(`a${'.b'.repeat(30_000)}`).members[0]?.path).toHaveLength(30_000);
});
