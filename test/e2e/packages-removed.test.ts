import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { automation, hook, Importer, pack, told, webhook } from './importer.ts';
import { eventually, Program } from './program.ts';

let program: Program;
let importer: Importer;

beforeAll(async () => {
  program = await Program.start();
  importer = new Importer(program);
});

afterAll(() => program[Symbol.asyncDispose]());

test('what a package brings is at work at once: schedules, topics, functions', async () => {
  const document = pack('started', {
    records: [
      {
        uid: 'report',
        text: 'automation: started.report\ntrigger: schedule\non: "0 7 * * *"\nsteps:\n  - log: x\n',
      },
      {
        uid: 'paid',
        text: 'automation: started.paid\ntrigger: topic\non: "started.*"\nsteps:\n  - log: x\n',
      },
    ],
  });
  const plan = await importer.import(document);
  expect(plan.capabilities.gained).toEqual({
    schedules: ['started.report: 0 7 * * *'],
    topics: ['started.paid: started.*'],
  });
  const { next_at } = await importer.named('automations', 'started.report');
  expect(next_at).toMatch(/T07:00:00\.000Z$/);
  await program.api('POST', '/messages', { topic: 'started.now', data: {} });
  const runs = await eventually(
    async () => (await program.api('GET', '/runs?automation=started.paid')).runs,
    (list) => list.length > 0,
  );
  expect(runs).toHaveLength(1);
  const gone = await program.api('DELETE', '/packages/started');
  expect(gone.capabilities.lost).toEqual(plan.capabilities.gained);
});

describe('removing', () => {
  test('takes out what a package brought, and tells what still needs it', async () => {
    const prompts = [{ key: 'GONE_KEY', label: 'A key', type: 'secret' }];
    const records = [automation('gone.a', 'x'), webhook('Gone', 'gone.a'), hook('gone', '')];
    const answers = { GONE_KEY: 'value-1234' };
    await importer.import(pack('gone', { prompts, records }), { answers });
    await program.api('POST', '/webhooks', { name: 'Other', bindings: [{ automation: 'gone.a' }] });
    const plan = await program.api('DELETE', '/packages/gone?dry_run=true');
    expect(told(plan)).toEqual([
      'secret GONE_KEY: remove',
      'automation gone.a: remove',
      'webhook Gone: remove',
      'hook gone: remove',
    ]);
    expect(plan.notes).toEqual(['The webhook "Other" runs the automation gone.a.']);
    await program.api('DELETE', `/packages/gone?fingerprint=${plan.fingerprint}`);
    expect((await importer.refusal('GET', '/packages/gone')).code).toBe('package.not_found');
    expect((await importer.refusal('GET', '/secrets/GONE_KEY')).code).toBe('secret.not_found');
    expect(await importer.named('webhooks', 'Gone')).toBeUndefined();
    expect(await importer.named('hooks', 'gone')).toBeUndefined();
    expect((await importer.refusal('GET', '/automations/gone.a')).code).toBe(
      'automation.not_found',
    );
  });

  test('leaves what was changed by hand, or takes it too where that is said', async () => {
    const document = pack('partly', { records: [automation('partly.a', 'x')] });
    const edit = { source: 'automation: partly.a\nsteps:\n  - return: { text: mine }\n' };
    await importer.import(document);
    await program.api('PUT', '/automations/partly.a', edit);
    expect((await importer.refusal('DELETE', '/packages/partly')).code).toBe('package.conflict');
    await program.api('DELETE', '/packages/partly?conflicts=keep');
    expect(await program.api('GET', '/automations/partly.a')).toMatchObject({ owner: 'hand' });
    await importer.import(document, { conflicts: 'replace' });
    await program.api('PUT', '/automations/partly.a', edit);
    await program.api('DELETE', '/packages/partly?conflicts=replace');
    expect((await importer.refusal('GET', '/automations/partly.a')).code).toBe(
      'automation.not_found',
    );
  });

  test('leaves a secret that something else uses', async () => {
    const prompts = [{ key: 'USED_KEY', label: 'A key', type: 'secret' }];
    const answers = { USED_KEY: 'value-1234' };
    await importer.import(pack('used', { prompts, records: [automation('used.a', 'x')] }), {
      answers,
    });
    const source = { preset: 'github', secrets: { secret: 'USED_KEY' } };
    await program.api('POST', '/webhooks', { name: 'Uses', source });
    const plan = await program.api('DELETE', '/packages/used');
    expect(told(plan)[0]).toBe('secret USED_KEY: keep (used)');
    expect(await program.api('GET', '/secrets/USED_KEY')).toMatchObject({ name: 'USED_KEY' });
  });
});

test('what another package has taken over is that one’s alone', async () => {
  const content = { records: [automation('lent', 'x'), webhook('Lent', 'lent'), hook('lent', '')] };
  await importer.import(pack('lender', content));
  await importer.import(pack('borrower', content), { conflicts: 'replace' });
  const { url } = await importer.named('webhooks', 'Lent');
  const again = await importer.plan(pack('lender', content));
  expect(told(again)).toEqual([
    'automation lent: conflict (taken)',
    'webhook Lent: conflict (taken)',
    'hook lent: conflict (taken)',
  ]);
  expect((await program.api('GET', '/packages/lender')).records).toEqual([]);
  expect(told(await program.api('DELETE', '/packages/lender'))).toEqual([]);
  expect(await (await fetch(url)).text()).toBe('x');
  expect(await importer.named('hooks', 'lent')).toBeDefined();
  expect(told(await program.api('DELETE', '/packages/borrower'))).toHaveLength(3);
  expect(told(await importer.import(pack('lender', content)))).toEqual([
    'automation lent: create',
    'webhook Lent: create',
    'hook lent: create',
  ]);
});
