import { afterAll, beforeAll, expect, test } from 'vitest';
import { automation, hook, Importer, type Json, pack, webhook } from './importer.ts';
import { Program } from './program.ts';

let program: Program;
let importer: Importer;

beforeAll(async () => {
  program = await Program.start();
  importer = new Importer(program);
});

afterAll(() => program[Symbol.asyncDispose]());

test('a plan that is no longer true is refused', async () => {
  const document = pack('late', { records: [automation('late.a', 'x')] });
  const { fingerprint } = await importer.plan(document);
  await program.api('PUT', '/automations/late.a', {
    source: 'automation: late.a\nsteps:\n  - return: { text: mine }\n',
  });
  const more = { document, fingerprint, conflicts: 'replace' };
  expect(await importer.refusal('POST', '/packages', more)).toMatchObject({
    code: 'package.changed',
    next: 'Plan again, and look at what it says now.',
  });
  expect((await importer.refusal('GET', '/packages/late')).code).toBe('package.not_found');
});

test('everything that is wrong is told at once, with its place', async () => {
  const document = pack('wrong', {
    records: [
      { uid: 'a', text: 'automation: wrong.a\nsteps:\n  - retrun: { text: x }\n' },
      { uid: 'b', text: 'automation: wrong.b\nsteps:\n  - set: { x: "${{ y }}" }\n' },
      webhook('Wrong', 'nobody', 'methds: [POST]\n'),
      webhook('Bound', 'nobody', 'forward: "a b"\n'),
      webhook('Fine', 'wrong.a'),
      hook('wrong', 'secret: SECRET_VALUE\ntimeout: 1d\n'),
    ],
  });
  const { diagnostics } = await importer.plan(document);
  expect(
    diagnostics.map(({ file, line, column, code }: Json) => `${file}:${line}:${column} ${code}`),
  ).toEqual([
    'x-Wrong.yaml:5:1 package.record',
    'a.yaml:3:5 step.unknown',
    'b.yaml:3:20 name.unknown',
    'x-Bound.yaml:5:10 package.record',
    'x-Bound.yaml:4:17 package.record',
    'y-wrong.yaml:4:9 package.record',
    'y-wrong.yaml:5:10 package.record',
  ]);
  const error = await importer.refusal('POST', '/packages', { document });
  expect(error.code).toBe('package.invalid');
  expect(error.message).toContain('3 |   - retrun: { text: x }');
  expect(error.message).toContain(
    'y-wrong.yaml:4:9 error package.record: Expected secret to be the name of a stored secret',
  );
});

test('answers that name no hook or webhook of the server are refused, and nothing is made up', async () => {
  const document = pack('named', {
    prompts: [
      { key: 'to', label: 'Where to', type: 'hook' },
      { key: 'team', label: 'Team', type: 'text' },
    ],
    records: [{ uid: 'a', text: 'automation: named.{{{to}}}\nsteps:\n  - log: x\n' }],
  });
  await program.api('POST', '/hooks', { name: 'warehouse', url: 'https://example.com/in' });
  const error = await importer.refusal('POST', '/packages', { document, answers: { to: 'x' } });
  expect(error).toMatchObject({ code: 'package.answers' });
  expect(error.message).toContain('Expected to to be the name of a hook, got "x"');
  expect(error.message).toContain('Expected an answer to team (Team), a text, got none.');
  await importer.import(document, { answers: { to: 'warehouse', team: 'a' } });
  expect(await importer.named('automations', 'named.warehouse')).toMatchObject({
    owner: 'package',
  });
});

test('what is too large, no package, or for another version is refused before anything is planned', async () => {
  const large = await importer.refusal('POST', '/packages', { document: 'x'.repeat(18 * 2 ** 20) });
  expect(large.code).toBe('request.body_too_large');
  const long = await importer.refusal('POST', '/packages', {
    document: `package: x\nversion: 1.0.0\n# ${'x'.repeat(9 * 2 ** 20)}`,
  });
  expect(long).toMatchObject({ code: 'package.invalid' });
  expect(long.message.length).toBeLessThan(2000);
  for (const document of ['', '{"package": 1}', 'a: &a [*a]', 'package: x\nversion: 1\n']) {
    expect((await importer.refusal('POST', '/packages', { document })).code).toBe(
      'package.invalid',
    );
  }
  const unfit = JSON.stringify({
    ...JSON.parse(pack('unfit', { records: [automation('unfit', 'x')] })),
    requires: '>=99',
  });
  expect(await importer.refusal('POST', '/packages', { document: unfit })).toMatchObject({
    code: 'package.unfit',
  });
  expect(
    await importer.refusal('POST', '/packages', {
      document: unfit,
      answers: { a: {} },
      values: { b: [] },
    }),
  ).toMatchObject({ code: 'request.malformed' });
  expect(await importer.refusal('PUT', '/packages/x')).toMatchObject({
    code: 'request.method_not_allowed',
  });
});

test('two imports at once are done one after the other', async () => {
  const versions = ['1.0.0', '1.0.1', '1.0.2', '1.0.3'];
  const done = await Promise.allSettled(
    versions.map((version) =>
      importer.import(
        pack('busy', {
          version,
          records: [
            automation('busy.a', version),
            webhook('Busy', 'busy.a', `description: v${version}\n`),
          ],
        }),
      ),
    ),
  );
  expect(done.map(({ status }) => status)).toEqual(versions.map(() => 'fulfilled'));
  const { version } = await program.api('GET', '/packages/busy');
  const { description, url } = await importer.named('webhooks', 'Busy');
  expect([description, await (await fetch(url)).text()]).toEqual([`v${version}`, version]);
});
