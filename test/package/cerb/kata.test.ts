import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../../src/core/diagnostic.ts';
import { printKata } from '../../../src/package/cerb/kata/print.ts';
import { readKata } from '../../../src/package/cerb/kata/read.ts';
import { resolveReferences } from '../../../src/package/cerb/kata/references.ts';
import type { KataEntry } from '../../../src/package/cerb/kata/tree.ts';
import { Findings } from '../../../src/package/convert/findings.ts';

/** Entries without their places. */
function shape(entries: readonly KataEntry[]): unknown {
  return entries.map(({ key, annotations, text, entries: inner, comment }) => ({
    key,
    annotations,
    text: text === undefined ? null : [text.value, text.isBlock],
    entries: shape(inner),
    comment: comment ?? null,
  }));
}

function read(text: string): readonly KataEntry[] {
  const findings = new Findings(text, 'a.kata');
  const entries = resolveReferences(readKata(text, findings), findings);
  if (findings.hasErrors) throw new Error(said(text).join('\n'));
  return entries;
}

function said(text: string): string[] {
  const findings = new Findings(text, 'a.kata');
  resolveReferences(readKata(text, findings), findings);
  return findings.diagnostics().map((one) => formatDiagnostic(one, text));
}

/** Entries as `key: text` and maps. */
function plain(entries: readonly KataEntry[]): unknown {
  return Object.fromEntries(
    entries.map(({ key, text, entries: inner }) => [
      key,
      text === undefined ? plain(inner) : text.value,
    ]),
  );
}

describe('what Cerb reads', () => {
  test('keys, names, annotations, and values that are always text', () => {
    const [start] = read(
      'start:\r\n  set/init:\r\n    a@bool,optional: yes: "no" # {x} \r\n    b:\r\n',
    );
    expect(shape([start as KataEntry])).toMatchObject([
      {
        key: 'start',
        entries: [
          {
            key: 'set/init',
            entries: [
              { key: 'a', annotations: ['bool', 'optional'], text: ['yes: "no" # {x} ', false] },
              { key: 'b', text: null, entries: [] },
            ],
          },
        ],
      },
    ]);
    expect(start?.entries[0]).toMatchObject({ type: 'set', name: 'init' });
  });

  test('comments and blank lines anywhere but in a text', () => {
    const entries = read(
      '# about a\n# and more\na: 1\n\n  # deeper\nb@text:\n  # text\n\n  end\n# over\n',
    );
    expect(shape(entries)).toMatchObject([
      { key: 'a', comment: 'about a\nand more' },
      { key: 'b', text: ['# text\n\nend', true], comment: 'deeper' },
    ]);
  });

  test('a text keeps what is deeper than its first line, and loses its last line break', () => {
    expect(plain(read('a@text:\n    one\n      two\n   three\nb: x\n'))).toEqual({
      a: 'one\n  two\nthree',
      b: 'x',
    });
  });

  test.each([
    'base64',
    'bit',
    'bool',
    'csv',
    'date',
    'float',
    'int',
    'json',
    'list',
    'nowrap',
    'raw',
    'text',
    'trim',
  ])('lines below a key with @%s are its text', (annotation) => {
    expect(plain(read(`a@${annotation}:\n  b: c\n`))).toEqual({ a: 'b: c' });
  });

  test.each(['key', 'kata', 'optional'])(
    'lines below a key with @%s alone are entries',
    (annotation) => {
      expect(plain(read(`a@${annotation}:\n  b: c\n`))).toEqual({ a: { b: 'c' } });
    },
  );

  test('children of a key with a value are its siblings, and odd dedents belong to the nearest level', () => {
    expect(plain(read('a:\n  b: 1\n    c: 2\n'))).toEqual({ a: { b: '1', c: '2' } });
    expect(plain(read('a:\n    b: 1\n  c: 2\nd: 3\n'))).toEqual({ a: { b: '1', c: '2' }, d: '3' });
  });

  test('references are put in place, with their annotations before those of the key', () => {
    const [a, b] = read(
      '&base:\n  url@text: x\n  deep:\n    n@int: 1\na@ref: base\nb@ref,csv: base:url\n',
    );
    expect(plain([a as KataEntry])).toEqual({ a: { url: 'x', deep: { n: '1' } } });
    expect(b).toMatchObject({ annotations: ['text', 'csv'] });
    expect(b?.text?.value).toBe('x');
  });
});

describe('what is wrong is told with its place and what was expected', () => {
  test.each([
    [
      'a line without a colon',
      'start:\n  set\n',
      '2:3 error kata.syntax: Expected `key: value`, got `set`',
    ],
    ['a tab', 'start:\n\tset:\n', '2:1 error kata.tab: Expected spaces to indent with, got a tab'],
    [
      'a tab in a text',
      'a@text:\n  x\n \ty\n',
      '3:2 error kata.tab: Expected spaces to indent with, got a tab',
    ],
    [
      'a key that stands twice',
      'a: 1\na: 2\n',
      '2:1 error kata.duplicate: Expected a key of its own, got `a`, which stands here already',
    ],
    [
      'the same key with another annotation',
      'a: 1\na@int: 2\n',
      '2:1 error kata.duplicate: Expected a key of its own, got `a`, which stands here already',
    ],
    [
      'a name with a hyphen',
      'set/a-b:\n',
      '1:1 error kata.name: Expected a name of letters, digits and `_` after `set/`, got `a-b`',
    ],
    [
      'a reference to nothing',
      'a@ref: b\n',
      '1:1 error kata.reference: Expected the name of a reference, got `b`',
    ],
    [
      'a circle of references',
      '&a@ref: b\n&b@ref: a\nc@ref: a\n',
      '3:1 error kata.reference: Expected references that end, got a circle through `a`',
    ],
  ])('%s', (_, text, message) => {
    expect(said(text).map((one) => one.split('\n')[0])).toContain(`a.kata:${message}`);
  });

  test('all of it at once, with an excerpt and a hint', () => {
    expect(said('a: 1\na: 2\nwhat\n')).toEqual([
      'a.kata:2:1 error kata.duplicate: Expected a key of its own, got `a`, which stands here already\n2 | a: 2\n  | ^\n  = Line 1 has it first. Give it a name: `a/other:`.',
      'a.kata:3:1 error kata.syntax: Expected `key: value`, got `what`\n3 | what\n  | ^^^^\n  = Put a colon after the key, or a `@text:` key above a block of text.',
    ]);
  });

  test('depth is limited', () => {
    const deep = Array.from({ length: 500 }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
    expect(said(deep)[0]).toContain('error kata.too_deep: Expected at most 64 levels, got more');
  });
});

const key = fc.constantFrom('a', 'b', 'set', 'http.request', 'X-Id', 'a_1', '0', 'k*');
/** Printable, and not beginning with a blank. */
const line = fc.string({ maxLength: 20 }).map((text) => `:${text}`);
const entry = (depth: number): fc.Arbitrary<unknown> =>
  fc.tuple(
    key,
    fc.option(fc.constantFrom('x', '1', 'a_b'), { nil: undefined }),
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ inline: line }) },
      {
        weight: 1,
        arbitrary: fc.record({ block: fc.array(line, { minLength: 1, maxLength: 4 }) }),
      },
      {
        weight: depth > 0 ? 2 : 0,
        arbitrary: fc
          .record({ entries: fc.array(fc.constant(depth), { maxLength: 3 }) })
          .chain(({ entries }) => fc.record({ entries: entriesOf(depth - 1, entries.length) })),
      },
    ),
    fc.option(
      line.map((text) => text.trim()),
      { nil: undefined },
    ),
  );

function entriesOf(depth: number, count: number): fc.Arbitrary<unknown[]> {
  return depth < 0
    ? fc.constant([])
    : fc.uniqueArray(entry(depth), {
        maxLength: count,
        selector: (one) => JSON.stringify((one as unknown[]).slice(0, 2)),
      });
}

function made(drafts: readonly unknown[]): KataEntry[] {
  return drafts.map((draft) => {
    const [type, name, value, comment] = draft as [
      string,
      string | undefined,
      { inline?: string; block?: string[]; entries?: unknown[] },
      string | undefined,
    ];
    const block = value.block?.join('\n');
    const text = value.inline ?? block;
    return {
      key: name === undefined ? type : `${type}/${name}`,
      type,
      name,
      annotations: value.block === undefined ? [] : ['text'],
      span: { start: 0, end: 0 },
      text:
        text === undefined
          ? undefined
          : { value: text, isBlock: block !== undefined, offset: () => 0 },
      entries: made(value.entries ?? []),
      comment,
    };
  });
}

test('what is printed is read back as it was', () => {
  fc.assert(
    fc.property(entriesOf(3, 4), (drafts) => {
      const entries = made(drafts);
      expect(shape(read(printKata(entries)))).toEqual(shape(entries));
    }),
    { numRuns: 200 },
  );
});

test('no text makes the reader throw, and every place is within the text', () => {
  const pieces = fc.constantFrom(
    'a',
    'a:',
    '@text:',
    ' ',
    '  ',
    '\n',
    '\t',
    '\r\n',
    '#',
    '&a',
    '@ref: a',
    '/',
    '{{',
    '}}',
    ':',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const text = parts.join('');
      const findings = new Findings(text, 'a.kata');
      const entries = resolveReferences(readKata(text, findings), findings);
      const lines = text.split('\n').length;
      for (const { line: at } of findings.diagnostics()) expect(at).toBeLessThanOrEqual(lines);
      const walk = (list: readonly KataEntry[]): void => {
        for (const { text: value, span, entries: inner } of list) {
          expect(text.slice(span.start, span.end).length).toBeGreaterThan(0);
          if (value !== undefined) {
            for (let at = 0; at < value.value.length; at++) {
              const letter = value.value[at];
              if (letter !== '\n') expect(text[value.offset(at)]).toBe(letter);
            }
          }
          walk(inner);
        }
      };
      if (!text.includes('\r')) walk(entries);
    }),
    { numRuns: 500 },
  );
});
