import fc from 'fast-check';
import type { Package, PackageManifest, PackagePrompt } from '../../src/core/package.ts';
import { recordText } from '../../src/package/write/record-text.ts';
import { anyCharacter } from '../any-character.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
/** Texts with what YAML, JSON and JavaScript find special. */
export const oddText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 5 }),
      fc.constantFrom('\n', '\r\n', ': ', '# ', '- ', '"', "'", '`', '\\', '{', '}', '[', ']', '$'),
      fc.constantFrom(
        '${{ 1 }}',
        '{{{',
        '$${{',
        '}}',
        '*a',
        '&a',
        '!!str',
        '<<',
        '%',
        '@',
        '\t',
        ' ',
      ),
      fc.constantFrom(
        '\u2028',
        '\u0085',
        '\ufeff',
        '\u0000',
        'null',
        'true',
        '12',
        '|',
        '>',
        '---',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text.isWellFormed());

const prompt: fc.Arbitrary<Omit<PackagePrompt, 'key'>> = fc.oneof(
  fc.record({ label: oddText, type: fc.constant('text' as const), default: oddText }),
  fc.record({
    label: oddText,
    type: fc.constant('secret' as const),
    hosts: fc.constant(['a.example']),
  }),
  fc.record({ label: oddText, type: fc.constant('boolean' as const), default: fc.boolean() }),
  fc.record({ label: oddText, type: fc.constant('number' as const), default: fc.integer() }),
  fc.record({ label: oddText, type: fc.constantFrom('webhook' as const, 'hook' as const) }),
  fc.uniqueArray(oddText, { minLength: 1, maxLength: 4 }).map((values) => ({
    label: 'Which',
    type: 'choice' as const,
    options: values.map((value) => ({ label: `${value}!`, value })),
  })),
);

const manifest: fc.Arbitrary<Omit<PackageManifest, 'exclude'>> = fc
  .record({
    name: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}[a-z0-9]$/),
    version: fc.constantFrom('1.0.0', '0.2.1-beta.1', '10.20.30+build.5'),
    description: oddText,
    license: fc.option(fc.constantFrom('MIT', 'Apache-2.0 OR MIT'), { nil: undefined }),
    requires: fc.option(fc.constantFrom('>=0.1.0', '^0.1.0 || >=1 <3'), { nil: undefined }),
    prompts: fc.uniqueArray(fc.tuple(word, prompt), { selector: ([key]) => key, maxLength: 4 }),
    random: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  })
  .map(({ license, requires, prompts, random, ...rest }) => ({
    ...rest,
    ...(license === undefined ? {} : { license }),
    ...(requires === undefined ? {} : { requires }),
    prompts: prompts.map(([key, one]) => ({ ...one, key: `p_${key}` })),
    placeholders:
      random === undefined ? [] : [{ key: 'made_up', type: 'random' as const, length: random }],
  }));

const file = fc.tuple(fc.option(word, { nil: undefined }), word);

/** Packages that are as they should be; the texts of their records are written in several ways. */
export const generatedPackage: fc.Arbitrary<Package> = fc
  .record({
    manifest,
    records: fc.uniqueArray(
      fc.record({
        path: file,
        kind: fc.constantFrom(
          'automation' as const,
          'webhook' as const,
          'hook' as const,
          'test' as const,
        ),
        data: fc.dictionary(
          word,
          fc.oneof(
            oddText.filter((t) => !t.includes('{{{')),
            fc.integer(),
          ),
        ),
        break: fc.constantFrom('\n', '\r\n'),
        comment: fc.constantFrom('', '# said\n'),
      }),
      { selector: ({ path: [, name] }) => name, maxLength: 5 },
    ),
    original: fc.option(oddText, { nil: undefined }),
  })
  .map(({ manifest: head, records, original }) => ({
    manifest: { ...head, exclude: [] },
    records: records
      .map(({ path: [folder, name], kind, data, comment, break: end }) => {
        const uid = kind === 'test' ? `${name}.test` : name;
        const path = `${folder === undefined ? '' : `${folder}/`}${uid}.yaml`;
        const own = {
          ...(kind === 'webhook' || kind === 'hook' ? { kind, name: `n ${name}` } : {}),
          ...(kind === 'automation' ? { automation: name } : {}),
          data,
        };
        const text = (comment + recordText(own)).replaceAll('\n', end);
        return { kind, uid, file: path, text };
      })
      .sort((a, b) => (a.file < b.file ? -1 : 1)),
    ...(original === undefined ? {} : { original: { file: 'original.json', text: original } }),
  }));
