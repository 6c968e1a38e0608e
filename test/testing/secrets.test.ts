import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mistakesOf, outcomes } from './suites.ts';

test('the examples of docs/secrets.md compile, and their tests pass', async () => {
  const page = readFileSync('docs/secrets.md', 'utf8');
  const [automation = '', tests = '', ...more] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );
  expect(more).toEqual([]);
  expect(await outcomes(automation, tests)).toEqual([[], []]);
});

test('a secret that a case does not give fails the step that uses it', async () => {
  const automation = `automation: a
policy: { secrets: [KEY] }
steps:
  - log: \${{ Hash.sha256(secrets.KEY) }}
`;
  const [differences] = await outcomes(automation, 'cases:\n  - name: a\n');
  expect(differences?.[0]).toContain('Expected a stored secret `KEY`');
  expect(await outcomes(automation, 'cases: [{ name: a, secrets: { KEY: some-key } }]')).toEqual([
    [],
  ]);
});

test('made-up values must be what secrets may be', () => {
  const tests = 'cases: [{ name: a, secrets: { 1-A: long-enough, B: abc, C: [x] } }]';
  expect(mistakesOf(tests).map((text) => text.split('\n')[0])).toEqual([
    expect.stringContaining("Expected a secret's name of letters, digits and `_`"),
    expect.stringContaining("Expected a secret's value to have at least 4 characters, got 3"),
    expect.stringContaining('Expected the made-up value of a secret as a text'),
  ]);
});
