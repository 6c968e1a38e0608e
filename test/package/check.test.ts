import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/language/compile.ts';
import { checkPackage } from '../../src/package/check/package.ts';
import { fillPackage } from '../../src/package/fill/fill.ts';
import { readPackage } from '../../src/package/read/package.ts';
import type { SealedPackage } from '../../src/package/read/reading.ts';
import { readRecord } from '../../src/package/read/record.ts';
import { Reports } from '../../src/package/read/reports.ts';
import { scalarsOf } from '../../src/package/read/scalars.ts';
import { HEAD } from './told.ts';

const PROMPTS = [
  { key: 'host', label: 'Host', type: 'text' },
  { key: 'count', label: 'Count', type: 'number' },
  { key: 'loud', label: 'Loud', type: 'boolean' },
  { key: 'currency', label: 'Currency', type: 'choice', options: ['EUR', 'US dollar'] },
  { key: 'KEY', label: 'Key', type: 'secret' },
];
const PLACEHOLDERS = [
  { key: 'code', type: 'random', length: 6 },
  { key: 'day', type: 'date' },
  { key: 'here', type: 'base_url' },
];

function packageOf(
  texts: Readonly<Record<string, string>>,
  prompts: object = PROMPTS,
): SealedPackage {
  const document = {
    ...HEAD,
    configure: { prompts, placeholders: PLACEHOLDERS },
    records: Object.entries(texts).map(([uid, text]) => ({ uid, text })),
  };
  const { package: read, diagnostics } = readPackage(Buffer.from(JSON.stringify(document)), 'p');
  if (read === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return read;
}

/** `FILE:LINE:COLUMN CODE` of everything that is wrong, with the text that is marked. */
function wrong(texts: Readonly<Record<string, string>>): string[] {
  const { diagnostics, sources } = checkPackage(packageOf(texts), (file) => `p#${file}`);
  return diagnostics.map(({ file, line, column, length, code }) => {
    const row = sources.get(file)?.split('\n')[line - 1] ?? '';
    return `${file}:${line}:${column} ${code} ${row.slice(column - 1, column - 1 + length)}`;
  });
}

describe('the automations of a package', () => {
  test('are compiled, each mistake with its place', () => {
    expect(
      wrong({
        a: 'automation: a\nsteps:\n  - retrun: { text: x }\n',
        b: 'automation: b\nsteps:\n  - set: { x: "${{ y }}" }\n',
        c: 'automation: c\nsteps:\n  - log: fine\n',
        d: 'kind: webhook\nname: D\nmethds: [POST]\n',
      }),
    ).toEqual(['p#a.yaml:3:5 step.unknown retrun', 'p#b.yaml:3:20 name.unknown y']);
  });

  test('have no mistakes in what answers are put into', () => {
    expect(
      wrong({
        a: `automation: a.{{{code}}}
description: of {{{uid.b}}} on {{{day}}}
inputs:
  limit: { type: number, default: "{{{count}}}" }
policy:
  http: [ "POST {{{host}}}/orders" ]
  hooks: [ "{{{uid.b}}}" ]
  secrets: [ KEY ]
limits: { cpu: "{{{host}}}" }
steps:
  - when: ${'${{'} {{{loud}}} && request.json.currency !== {{{currency}}} }}
    return: { status: "{{{count}}}", text: "{{{currency}}}" }
  - http:
      url: "{{{host}}}/orders"
      method: POST
      timeout: "{{{count}}}s"
      auth: { bearer: "${'${{'} secrets.KEY }}" }
  - http: { url: https://elsewhere.example.com, method: PUT }
  - run: |
      return request.headers.{{{host}}} + "{{{here}}}/x" + /{{{host}}}/.test({{{currency}}});
`,
        b: 'kind: hook\nname: b.{{{code}}}\nurl: https://example.com\n',
        t: 'automation: t\ntrigger: "{{{host}}}"\non: order.*\nsteps:\n  - log: ${{ event.data }}\n',
        // No braces of a placeholder are left.
        u: 'automation: u\nsteps:\n  - log: "{{{braces}}}x}}}"\n',
      }),
    ).toEqual([]);
  });

  test('have those beside answers, at the place in the text as it stands', () => {
    const texts = {
      a: `automation: a
steps:
  - log: '{{{host}}} ''quoted'' \${{ request.jsn }} {{{host}}} \${{ {{{currency}}} + nobody }}'
  - log: "a\\tb {{{currency}}} \${{ missing }}"
  - log: >
      folded {{{host}}}
      and \${{ gone }}
  - log: \${{ {{{currency}}} + plain }}
  - run: |
      const text = {{{currency}}};
      return texts + '{{{host}}}';
  - http: { url: https://example.com/x, json: "{{{host}}}" }
  - http: { url: https://example.com/y, methd: "{{{host}}}" }
`,
    };
    expect(wrong(texts)).toEqual([
      'p#a.yaml:3:45 member.unknown jsn',
      'p#a.yaml:3:84 name.unknown nobody',
      'p#a.yaml:4:35 name.unknown missing',
      'p#a.yaml:7:15 name.unknown gone',
      'p#a.yaml:8:31 name.unknown plain',
      'p#a.yaml:11:14 name.unknown texts',
      'p#a.yaml:13:41 key.unknown methd',
    ]);
  });

  test('have placeholders that no answer fits into', () => {
    expect(
      wrong({
        a: 'automation: a\nsteps:\n  - log: ${{ order_{{{code}}} }}\n',
        b: 'automation: b\nsteps:\n  - run: |\n      const {{{host}}} = 1;\n',
      }),
    ).toEqual([
      'p#a.yaml:3:10 package.answer ${{ order_{{{code}}} }}',
      'p#b.yaml:4:13 script.syntax {{{host}}}',
    ]);
  });
});

test('two records of one name are told of, unless answers tell them apart', () => {
  const automation = (name: string) => `automation: "${name}"\nsteps:\n  - log: x\n`;
  expect(
    wrong({
      a: automation('same'),
      b: automation('same'),
      c: automation('x.{{{code}}}'),
      d: automation('x.{{{host}}}'),
      e: automation('{{{currency}}}.{{{code}}}'),
      f: automation('{{{currency}}}.{{{uid.c}}}'),
      g: automation('{{{code}}}{{{day}}}'),
      h: automation('{{{code}}}{{{day}}}'),
      i: 'kind: webhook\nname: same\n',
    }),
  ).toEqual([
    'p#b.yaml:1:13 package.name "same"',
    'p#h.yaml:1:13 package.name "{{{code}}}{{{day}}}"',
  ]);
});

/** Automations without mistakes: the gallery. */
const GALLERY = readdirSync('automations', { recursive: true })
  .map(String)
  .filter((file) => /(?<!\.test)\.yaml$/.test(file) && !/package(\.seal)?\.yaml$/.test(file))
  .map((file) => readFileSync(`automations/${file}`, 'utf8'))
  .filter((text) => compile(text, 'a').diagnostics.length === 0);

test('what somebody’s answers make an automation without mistakes of has none', () => {
  expect(GALLERY.length).toBeGreaterThan(20);
  let tried = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...GALLERY),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 4 }),
      (text, choices) => {
        const { text: made, answers } = withPlaceholders(text, choices);
        const prompts = Object.keys(answers).map((key) => ({ key, label: key, type: 'text' }));
        const pkg = packageOf({ a: made }, prompts);
        const filling = fillPackage(pkg, {
          answers,
          now: 0,
          random: (bytes) => new Uint8Array(bytes),
          baseUrl: 'https://hooks.example.com',
          engineVersion: '1.0.0',
        });
        if (!filling.ok) return;
        const { text: filled = '' } = filling.package.records[0] ?? {};
        if (compile(filled, 'a').diagnostics.length > 0) return;
        tried++;
        expect(checkPackage(pkg, (file) => file).diagnostics).toEqual([]);
      },
    ),
    { numRuns: 30, interruptAfterTimeLimit: 3_000 },
  );
  expect(tried).toBeGreaterThan(3);
}, 60_000);

/** The text with placeholders in place of pieces of its values, and what they stood for. */
function withPlaceholders(
  text: string,
  choices: readonly (readonly [number, number, number])[],
): { readonly text: string; readonly answers: Readonly<Record<string, string>> } {
  const { tree } = readRecord('a.yaml', text, new Reports().of(text, 'a')) ?? {};
  const scalars = tree === undefined ? [] : scalarsOf(tree);
  const texts = scalars.filter(({ node, isKey }) => !isKey && typeof node.value === 'string');
  const edits = new Map<number, { end: number; text: string }>();
  const answers: Record<string, string> = {};
  for (const [index, [which, from, length]] of choices.entries()) {
    const node = texts[which % texts.length]?.node;
    if (node === undefined || node.text === '' || edits.has(node.start)) continue;
    const start = from % node.text.length;
    const end = start + 1 + (length % (node.text.length - start));
    answers[`k${index}`] = node.text.slice(start, end);
    const whole = `${node.text.slice(0, start)}{{{k${index}}}}${node.text.slice(end)}`;
    const after = text[node.end - 1] === '\n' ? '\n' : '';
    edits.set(node.start, { end: node.end, text: `${JSON.stringify(whole)}${after}` });
  }
  const sorted = [...edits].sort(([a], [b]) => b - a);
  const made = sorted.reduce(
    (all, [start, edit]) => all.slice(0, start) + edit.text + all.slice(edit.end),
    text,
  );
  return { text: made, answers };
}
