import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compile } from '../../src/language/compile.ts';
import { splitTemplate } from '../../src/language/expression/template.ts';
import { type Filling, type FillOptions, fillPackage } from '../../src/package/fill/fill.ts';
import { fillingError } from '../../src/package/fill/refusal.ts';
import { readPackage } from '../../src/package/read/package.ts';
import { oddText } from './generated.ts';

const OPTIONS: FillOptions = {
  answers: {},
  now: Date.UTC(2026, 0, 31, 23, 59),
  random: (bytes) => new Uint8Array(bytes).map((_, index) => index),
  baseUrl: 'https://hooks.example.com/',
  engineVersion: '0.1.0',
};
const PROMPTS = `prompts:
    - { key: shop, label: Shop, type: text }
    - { key: port, label: Port, type: number, default: 8080 }
    - { key: loud, label: Loud, type: boolean, default: false }
    - { key: API_KEY, label: Key, type: secret, hosts: [api.example.com] }
`;

/** A package with records, each a file's name and text. */
function packageOf(
  records: Readonly<Record<string, string>>,
  configure = PROMPTS,
  more = '',
): string {
  const entries = Object.entries(records).map(
    ([file, text]) => `  - file: ${file}\n    text: |\n${text.replace(/^(?=.)/gm, '      ')}`,
  );
  return `package: shop\nversion: 1.0.0\nconfigure:\n  ${configure}${more}records:\n${entries.join('')}`;
}

function fill(document: string, options: Partial<FillOptions> = {}): Filling {
  const reading = readPackage(Buffer.from(document), 'shop.yaml');
  expect(reading.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const answers = { shop: 'Main', API_KEY: 'secret-1', ...options.answers };
  return fillPackage(reading.package as never, { ...OPTIONS, ...options, answers });
}

function filledText(document: string, options: Partial<FillOptions> = {}): string {
  const filling = fill(document, options);
  if (!filling.ok) throw new Error(JSON.stringify(filling));
  return filling.package.records[0]?.text ?? '';
}

function problemsOf(filling: Filling): readonly string[] {
  if (filling.ok) throw new Error('Expected problems, got none');
  return [
    ...(filling.unfit === undefined ? [] : [filling.unfit]),
    ...filling.problems.map(({ message, hint }) => [message, hint].filter(Boolean).join(' ')),
    ...filling.diagnostics.map(({ message }) => message),
  ];
}

describe('placeholders', () => {
  test('fill in scalars; comments and layout stay, and what stands alone keeps its type', () => {
    const record = `# About {{{shop}}}
kind: webhook
name:   'The {{{shop}}}'   # its name
description: plain {{{shop}}} text
limits: { concurrent: "{{{port}}}" }
bindings:
  - automation: x
    disabled: "{{{loud}}}"
    inputs:
      note: |
        From {{{shop}}}
        {{{port}}} times
`;
    expect(filledText(packageOf({ 'a.yaml': record }))).toBe(`# About {{{shop}}}
kind: webhook
name:   'The Main'   # its name
description: plain Main text
limits: { concurrent: 8080 }
bindings:
  - automation: x
    disabled: false
    inputs:
      note: |
        From Main
        8080 times
`);
  });

  test('a text in several lines stays in its block', () => {
    const record = 'kind: webhook\nname: a\nmap:\n  x: |\n    <\n    {{{shop}}}\n    >\n';
    const text = filledText(packageOf({ 'a.yaml': record }), { answers: { shop: 'one\n  two\n' } });
    expect(text).toContain('    <\n    one\n      two\n');
    expect(parse(text).map.x).toBe('<\none\n  two\n\n>\n');
  });

  test('whatever the answer, the tree keeps its shape and holds it', () => {
    const record = `kind: hook
name: a
plain: a {{{shop}}} b
plain_start: x{{{shop}}}
single: '{{{shop}}}'
double: "{{{shop}}}"
flow: { a: "{{{shop}}}", b: ["x {{{shop}}}", '{{{shop}}}'] }
literal: |
  {{{shop}}}
  a {{{shop}}} b
folded: >-
  a {{{shop}}}
  b
keyed:
  "k {{{shop}}}": 1
`;
    const document = packageOf({ 'a.yaml': record });
    const reading = readPackage(Buffer.from(document), 'shop.yaml');
    fc.assert(
      fc.property(oddText, (shop) => {
        const answers = { shop, API_KEY: 'secret-1' };
        const filling = fillPackage(reading.package as never, { ...OPTIONS, answers });
        if (!filling.ok) throw new Error(JSON.stringify(filling));
        expect(parse(filling.package.records[0]?.text ?? '')).toEqual({
          kind: 'hook',
          name: 'a',
          plain: `a ${shop} b`,
          plain_start: `x${shop}`,
          single: shop,
          double: shop,
          flow: { a: shop, b: [`x ${shop}`, shop] },
          literal: `${shop}\na ${shop} b\n`,
          folded: `a ${shop} b`,
          keyed: { [`k ${shop}`]: 1 },
        });
      }),
      // An expression that is closed, and one that is not, which a reader looks for the end of in the next text.
      { numRuns: 300, examples: [['${{ 1 }}${{{']] },
    );
  });
});

describe('expressions', () => {
  const record = (steps: string): string => `automation: a\nsteps:\n${steps}`;
  function textWith(steps: string, shop: string): string {
    const text = filledText(packageOf({ 'a.yaml': record(steps) }), { answers: { shop } });
    expect(compile(text, 'a.yaml').diagnostics).toEqual([]);
    return text;
  }

  test('an answer is a value or a piece of a text, never code', () => {
    const steps = `  - set:
      alone: "{{{shop}}}"
      beside: "x {{{shop}}} y"
      code: \${{ [{{{shop}}}, "{{{shop}}}", \`\${1}{{{shop}}}\`, -{{{port}}}] /* {{{shop}}} */ }}
  - run: |
      // {{{shop}}}
      return /^{{{shop}}}$/.test({{{shop}}});
  - return: { json: "\${{ [alone, beside, code] }}" }
`;
    fc.assert(
      fc.property(oddText, (shop) => {
        const [first, second] = parse(textWith(steps, shop)).steps;
        const text = (given: string): unknown => splitTemplate(given).parts;
        expect(text(first.set.alone)).toEqual(shop === '' ? [] : [{ kind: 'text', text: shop }]);
        expect(text(first.set.beside)).toEqual([{ kind: 'text', text: `x ${shop} y` }]);
        const code = first.set.code.slice('${{'.length, -'}}'.length);
        expect(new Function(`return ${code}`)()).toEqual([shop, shop, `1${shop}`, -8080]);
        expect(new Function(second.run)()).toBe(true);
      }),
    );
  });

  test('a dollar before an expression stays one', () => {
    const text = textWith('  - log: "{{{shop}}}${{ 1 }}"\n', 'US$');
    expect(parse(text).steps[0].log).toBe('US${{ "$" }}${{ 1 }}');
  });

  test('braces of the author stay as they are, in texts and in code', () => {
    const steps = `  - set:
      a: "\${{{b}}}"
      b: "x {{{braces}}}html}}} {{{shop}}}"
      c: "\${{ '{{{braces}}}x}}}' + {{{shop}}} }}"
      d: \${{{shop}}}
  - run: return '{{{braces}}}y}}}'
`;
    const [first, second] = parse(filledText(packageOf({ 'a.yaml': record(steps) }))).steps;
    expect(first.set).toEqual({
      a: '${{{b}}}',
      b: 'x {{{html}}} Main',
      c: "${{ '{{{x}}}' + 'Main' }}",
      d: '${{{shop}}}',
    });
    expect(second.run).toBe("return '{{{y}}}'");
  });

  test('an answer in the middle of code, after a dot, or that would open an expression is refused', () => {
    const steps = `  - set:
      a: "\${{ request.{{{shop}}} }}"
      b: "\${{ x{{{shop}}} }}"
      c: "\${{{{shop}}}"
`;
    expect(
      problemsOf(fill(packageOf({ 'a.yaml': record(steps) }), { answers: { shop: '{ a' } })),
    ).toEqual([
      'Expected an answer to `shop` that is a name, because it stands after a dot',
      'Expected `shop` as a whole value or in quotes, got it in the middle of code',
      'Expected an answer that makes no `${{` with the text beside it, got one',
    ]);
  });
});

describe('records', () => {
  test('names may be made of each other, in any order; bindings say uids for names', () => {
    const document = packageOf({
      'z.yaml': 'automation: "{{{shop}}}.z"\nsteps: []\n',
      'b.yaml': `kind: webhook
name: "to {{{uid.z}}}"
bindings: [ { automation: z }, { automation: other }, { automation: "{{{uid.z}}}" } ]
`,
      'c.yaml':
        'kind: hook\nname: c\nx: "{{{uid.b}}} and {{{uid.c}}} {{{braces}}}x}}} {{{API_KEY}}}"\n',
    });
    const filling = fill(document);
    if (!filling.ok) throw new Error(JSON.stringify(filling));
    expect(filling.package.records.map(({ uid, name }) => [uid, name])).toEqual([
      ['b', 'to Main.z'],
      ['c', 'c'],
      ['z', 'Main.z'],
    ]);
    const [b, c] = filling.package.records.map(({ text }) => parse(text));
    expect(b.bindings).toEqual([
      { automation: 'Main.z' },
      { automation: 'other' },
      { automation: 'Main.z' },
    ]);
    expect(c.x).toBe('to Main.z and c {{{x}}} API_KEY');
  });

  test('of one kind have names of their own', () => {
    const document = packageOf({
      'a.yaml': 'kind: hook\nname: "{{{shop}}}"\n',
      'b.yaml': 'kind: hook\nname: Main\n',
    });
    const filling = fill(document);
    expect(problemsOf(filling)).toEqual([
      'Expected a name of its own, got "Main", which the hook in a.yaml has',
    ]);
    expect(filling.ok ? '' : fillingError(filling).message).toMatch(/^b.yaml:2:7 Expected a name/);
  });

  test('are left out by answers, but not when others need their names', () => {
    const records = {
      'a.yaml': 'kind: hook\nname: a{{{shop}}}\n',
      'b.yaml': 'kind: hook\nname: b\nx: "{{{uid.a}}}"\n',
      'c.yaml': 'kind: hook\nname: c\n',
    };
    const exclude = (lines: string): string => packageOf(records, PROMPTS, `exclude:\n${lines}`);
    const c = fill(exclude('  - { record: c, prompt: shop, is: Main }\n'));
    expect(c.ok && c.package.records.map(({ uid }) => uid)).toEqual(['a', 'b']);
    const kept = fill(exclude('  - { record: c, prompt: loud, is_true: true }\n'));
    expect(kept.ok && kept.package.records).toHaveLength(3);
    const a = exclude('  - { record: a, prompt: loud, is_not: true }\n');
    expect(problemsOf(fill(a))).toEqual([
      'Expected a record that is there, got `a`, which an answer leaves out',
    ]);
  });

  test('names and texts that grow without measure are refused before they do', () => {
    const names = Array.from({ length: 200 }, (_, index) => {
      const before = `{{{uid.r${index - 1}}}}`;
      return [
        `r${index}.yaml`,
        `kind: hook\nname: "${index === 0 ? '{{{shop}}}' : before + before}"\n`,
      ];
    });
    expect(problemsOf(fill(packageOf(Object.fromEntries(names))))[0]).toBe(
      'Expected a name of at most 255 characters, got more',
    );
    const text = `kind: hook\nname: a\nx:\n${'  - "{{{shop}}}"\n'.repeat(1000)}`;
    const filling = fill(packageOf({ 'a.yaml': text }), { answers: { shop: 'x'.repeat(60_000) } });
    expect(problemsOf(filling)[0]).toMatch(/^Expected at most 262144 characters with all answers/);
  });
});

describe('answers', () => {
  const document = packageOf({ 'a.yaml': 'kind: hook\nname: "{{{shop}}}{{{port}}}{{{loud}}}"\n' });

  test('that are missing, wrong or unknown are told all at once', () => {
    const answers = { shop: 12, port: 'many', prot: 1, API_KEY: 'x' };
    const filling = fillPackage(readPackage(Buffer.from(document), 'a.yaml').package as never, {
      ...OPTIONS,
      answers: { ...answers, API_KEY: undefined },
    });
    expect(problemsOf(filling)).toEqual([
      'Expected the key of a prompt, got "prot". Did you mean "port"?',
      'Expected shop to be a text (in quotes), got 12.',
      'Expected port to be a number, got "many".',
      'Expected an answer to API_KEY (Key), a secret, got none.',
    ]);
    expect(JSON.stringify(problemsOf(fill(document, { answers })))).not.toContain('"x"');
  });

  test('of the last import stay, and what it made up; its secrets need no answer', () => {
    const configure = `${PROMPTS}  placeholders:
    - { key: token, type: random, length: 12 }
    - { key: day, type: date }
    - { key: base, type: base_url }
`;
    const records = {
      'a.yaml': 'kind: hook\nname: "{{{shop}}} {{{port}}} {{{token}}} {{{day}}} {{{base}}}"\n',
    };
    const first = fill(packageOf(records, configure), { answers: { port: 9000 } });
    if (!first.ok) throw new Error(JSON.stringify(first));
    expect(first.package.records[0]?.name).toBe(
      'Main 9000 abcdefghjkmn 2026-01-31 https://hooks.example.com',
    );
    expect(first.package.secrets).toEqual({
      API_KEY: { value: 'secret-1', hosts: ['api.example.com'] },
    });
    expect(JSON.stringify(first.package.values)).not.toContain('secret-1');
    const again = fillPackage(
      readPackage(Buffer.from(packageOf(records, configure)), 'a.yaml').package as never,
      {
        ...OPTIONS,
        now: 0,
        random: () => new Uint8Array(99).fill(1),
        earlier: { values: first.package.values, secrets: ['API_KEY'] },
      },
    );
    expect(again.ok && again.package.records).toEqual(first.package.records);
    expect(again.ok && [again.package.secrets, again.package.keptSecrets]).toEqual([
      {},
      ['API_KEY'],
    ]);
  });

  test('that name a webhook or hook name one that the server has', () => {
    const configure =
      'prompts: [ { key: to, type: hook, default: main }, { key: from, type: webhook } ]\n';
    const text = packageOf({ 'a.yaml': 'kind: hook\nname: "{{{to}}} {{{from}}}"\n' }, configure);
    const pkg = readPackage(Buffer.from(text), 'a').package as never;
    const existing = { hook: ['mian'], webhook: ['orders'] };
    const options = { ...OPTIONS, existing, answers: { from: 'orders' } };
    expect(problemsOf(fillPackage(pkg, options))).toEqual([
      'Expected to to be the name of a hook, got "main", and there is none. Did you mean "mian"?',
    ]);
    expect(fillPackage(pkg, { ...options, existing: { ...existing, hook: ['main'] } }).ok).toBe(
      true,
    );
  });

  test('random letters are all as likely as the next', () => {
    const configure = 'placeholders: [ { key: dice, type: random, length: 255, alphabet: abc } ]\n';
    let byte = 0;
    const random = (bytes: number): Uint8Array => new Uint8Array(bytes).map(() => byte++ % 256);
    const filling = fill(packageOf({ 'a.yaml': 'kind: hook\nname: "{{{dice}}}"\n' }, configure), {
      answers: { shop: undefined, API_KEY: undefined },
      random,
    });
    expect(filling.ok).toBe(false);
    const clean = fillPackage(
      readPackage(
        Buffer.from(packageOf({ 'a.yaml': 'kind: hook\nname: "{{{dice}}}"\n' }, configure)),
        'a',
      ).package as never,
      { ...OPTIONS, random },
    );
    const name = clean.ok ? (clean.package.records[0]?.name ?? '') : '';
    expect(['a', 'b', 'c'].map((letter) => name.split(letter).length - 1)).toEqual([85, 85, 85]);
  });

  test('do not help a package that needs another engine', () => {
    const newer = document.replace('version: 1.0.0', 'version: 1.0.0\nrequires: ">=2"');
    expect(problemsOf(fill(newer))).toEqual([
      'Expected Hookwright >=2, which shop 1.0.0 needs, got 0.1.0.',
    ]);
    expect(fill(newer, { engineVersion: '2.0.0-beta.1' }).ok).toBe(true);
    expect(fill(newer, { engineVersion: '2.1.0-beta.1' }).ok).toBe(true);
    const unfit = fill(newer);
    expect(unfit.ok ? '' : fillingError(unfit).code).toBe('package.unfit');
  });
});
