import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { pack, told } from '../../e2e/importer.ts';
import { openPackageServer, type PackageServer } from './package-server.ts';

let server: PackageServer;

beforeEach(async () => {
  server = await openPackageServer();
});

/** A package of webhooks and hooks: `uid: name`, with more lines behind a `|`. */
function shop(version: string, records: Readonly<Record<string, string>>): string {
  return pack('shop', {
    version,
    records: Object.entries(records).map(([uid, given]) => {
      const [name, more = ''] = given.split('|');
      const kind = uid.startsWith('h') ? 'hook' : uid.startsWith('a') ? 'automation' : 'webhook';
      const texts = {
        automation: `automation: ${name}\nsteps:\n  - return: { text: ${uid} }\n`,
        webhook: `kind: webhook\nname: ${name}\ndescription: of ${uid}\n${more}`,
        hook: `kind: hook\nname: ${name}\nurl: https://example.com/${uid}\n${more}`,
      };
      return { kind, uid, text: texts[kind] };
    }),
  });
}

function send(document: string, more: object = {}): Promise<Record<string, any>> {
  return server.call('POST', '/packages', { document, ...more });
}

function plan(document: string, more: object = {}): Promise<Record<string, any>> {
  return send(document, { ...more, dry_run: true });
}

/** Names by what the records say of themselves, with the ids that they have. */
function names(): Record<string, string> {
  return Object.fromEntries([
    ...server.registry
      .webhooks()
      .map(({ name, id, description }) => [description, `${name} ${id}`]),
    ...server.hooks.list().map(({ name, id, url }) => [url.slice(-2), `${name} ${id}`]),
  ]);
}

function idOf(name: string): string | undefined {
  return (server.registry.named(name) ?? server.hooks.named(name))?.id;
}

describe('names that records of a package give to each other', () => {
  test('are swapped, and each keeps its id', async () => {
    await send(shop('1.0.0', { w1: 'One', w2: 'Two', h1: 'one', h2: 'two' }));
    const [one, two, hookOne, hookTwo] = ['One', 'Two', 'one', 'two'].map(idOf);
    const document = shop('1.0.1', { w1: 'Two', w2: 'One', h1: 'two', h2: 'one' });
    expect(told(await plan(document))).toEqual([
      'hook two: change',
      'hook one: change',
      'webhook Two: change',
      'webhook One: change',
    ]);
    await send(document);
    expect(['Two', 'One', 'two', 'one'].map(idOf)).toEqual([one, two, hookOne, hookTwo]);
    expect((await plan(document)).action).toBe('unchanged');
  });

  test('are handed on in any order, to new records and from those that go, too', async () => {
    await send(shop('1.0.0', { w1: 'A', w2: 'B', w3: 'C', h1: 'a', h2: 'b' }));
    const [a, b] = ['A', 'B'].map(idOf);
    const document = shop('1.0.1', { w1: 'B', w2: 'C', w4: 'A', h2: 'a' });
    expect(told(await plan(document))).toEqual([
      'hook a: change',
      'webhook B: change',
      'webhook C: change',
      'webhook A: create',
      'hook a: remove',
      'webhook C: remove',
    ]);
    await send(document);
    expect(['B', 'C'].map(idOf)).toEqual([a, b]);
    expect(Object.keys(names())).toEqual(['of w4', 'of w1', 'of w2', 'h2']);
    expect((await plan(document)).action).toBe('unchanged');
  });

  test('are swapped by automations, which are their names', async () => {
    await send(shop('1.0.0', { a1: 'x', a2: 'y' }));
    const document = shop('1.0.1', { a1: 'y', a2: 'x' });
    expect(told(await plan(document))).toEqual(['automation y: change', 'automation x: change']);
    await send(document);
    expect(server.automations.record('y')?.revision.source).toContain('text: a1');
    expect((await plan(document)).action).toBe('unchanged');
    await server.call('DELETE', '/packages/shop');
    expect(server.automations.records()).toEqual([]);
  });

  test('as accounts are', async () => {
    await send(shop('1.0.0', { w1: 'One|account: a\n', w2: 'Two|account: b\n' }));
    await send(shop('1.0.1', { w1: 'One|account: b\n', w2: 'Two|account: a\n' }));
    expect(server.registry.named('One')?.settings.account).toBe('b');
    expect(server.registry.named('Two')?.settings.account).toBe('a');
  });
});

test('a record whose file got another name is the same one', async () => {
  await send(shop('1.0.0', { w1: 'One', h1: 'one', a1: 'x' }));
  const before = ['One', 'one'].map(idOf);
  const document = shop('1.0.1', { w2: 'One', h2: 'one', a2: 'x' });
  expect(told(await plan(document))).toEqual([
    'automation x: change',
    'hook one: change',
    'webhook One: change',
  ]);
  await send(document);
  expect(['One', 'one'].map(idOf)).toEqual(before);
  const { records } = await server.call('GET', '/packages/shop');
  expect(records.map(({ uid, present }: any) => [uid, present])).toEqual([
    ['a2', true],
    ['h2', true],
    ['w2', true],
  ]);
  expect((await plan(document)).action).toBe('unchanged');
});

describe('a name that is not given away', () => {
  test('of somebody else’s webhook or hook is in the way, and can only be left', async () => {
    await send(shop('1.0.0', { w1: 'One', h1: 'one' }));
    await server.call('POST', '/webhooks', { name: 'Two' });
    await server.call('POST', '/hooks', { name: 'two', url: 'https://example.com/' });
    const before = names();
    const document = shop('1.0.1', { w1: 'Two', h1: 'two' });
    const conflicts = ['hook two: conflict (name)', 'webhook Two: conflict (name)'];
    expect(told(await plan(document))).toEqual(conflicts);
    expect(told(await plan(document, { conflicts: 'replace' }))).toEqual(conflicts);
    await expect(send(document, { conflicts: 'replace' })).rejects.toMatchObject({
      code: 'package.conflict',
      message: expect.stringContaining('webhook Two: another one that stays has this name'),
      next: expect.stringContaining('give the other one'),
    });
    await send(document, { conflicts: 'keep' });
    expect(names()).toEqual(before);
    expect(told(await plan(document))).toEqual(conflicts);
    await server.call('PATCH', '/webhooks/Two', { name: 'Three' });
    await server.call('PATCH', '/hooks/two', { name: 'three' });
    expect(told(await plan(document))).toEqual(['hook two: change', 'webhook Two: change']);
  });

  test('because a record stays as it is, is in the way of the others, one after another', async () => {
    await send(shop('1.0.0', { w1: 'A', w2: 'B', w3: 'C' }));
    await server.call('PATCH', '/webhooks/A', { description: 'mine' });
    const document = shop('1.0.1', { w1: 'D', w2: 'A', w3: 'B' });
    const keep = ['webhook:D'];
    expect(told(await plan(document, { keep }))).toEqual([
      'webhook D: keep (changed)',
      'webhook A: conflict (name)',
      'webhook B: change',
    ]);
    await expect(send(document, { keep })).rejects.toMatchObject({ code: 'package.conflict' });
    expect(told(await plan(document, { conflicts: 'keep' }))).toEqual([
      'webhook D: keep (changed)',
      'webhook A: keep (name)',
      'webhook B: keep (name)',
    ]);
    await send(document, { conflicts: 'replace' });
    expect(Object.keys(names())).toEqual(['of w2', 'of w3', 'of w1']);
  });

  test('is an account, too', async () => {
    await server.call('POST', '/webhooks', { name: 'Mine', account: 'a' });
    const document = shop('1.0.0', { w1: 'One|account: a\n', w2: 'Two|account: b\n' });
    expect(told(await plan(document))).toEqual([
      'webhook One: conflict (account)',
      'webhook Two: create',
    ]);
    await send(document, { keep: ['webhook:One'] });
    expect(server.registry.webhooks().map(({ name }) => name)).toEqual(['Mine', 'Two']);
    const twice = pack('twice', {
      records: ['X', 'Y'].map((name) => ({
        uid: name,
        text: `kind: webhook\nname: ${name}\naccount: c\n`,
      })),
    });
    expect(told(await plan(twice))).toEqual(['webhook X: create', 'webhook Y: conflict (account)']);
  });
});

/** Who has which name in one version: an index of `NAMES` for each uid, or nothing. */
const NAMES = ['n0', 'n1', 'n2', 'n3', 'n4'];
const UIDS = ['w1', 'w2', 'w3', 'h1', 'h2', 'h3', 'a1', 'a2', 'a3'];
const version = fc
  .record({
    names: fc.tuple(
      ...['w', 'h', 'a'].map(() => fc.shuffledSubarray(NAMES, { minLength: 3, maxLength: 3 })),
    ),
    present: fc.subarray(UIDS, { minLength: 4 }),
    choice: fc.constantFrom('keep', 'replace'),
    edits: fc.subarray(NAMES, { maxLength: 1 }),
  })
  .map(({ names: chosen, present, ...rest }) => ({
    ...rest,
    records: Object.fromEntries(
      present.map((uid) => [uid, chosen['wha'.indexOf(uid.charAt(0))]?.[Number(uid[1]) - 1] ?? '']),
    ),
  }));

test('whatever names change, what a plan says is what an import does', async () => {
  await server.call('POST', '/webhooks', { name: 'n0', description: 'a stranger' });
  await server.call('POST', '/hooks', { name: 'n1', url: 'https://example.com/ax' });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 4 }), async (versions) => {
      for (const { records, choice, edits } of versions) {
        number++;
        const document = shop(`1.0.${number}`, records);
        const planned = await plan(document);
        if (planned.counts.conflict === undefined) {
          expect(told(await send(document))).toEqual(told(planned));
        } else {
          await expect(send(document)).rejects.toMatchObject({ code: 'package.conflict' });
          const chosen = await plan(document, { conflicts: choice });
          if (chosen.counts.conflict === undefined) await send(document, { conflicts: choice });
          else await send(document, { conflicts: 'keep' });
        }
        if ((await plan(document)).counts.conflict === undefined) {
          expect((await send(document)).action).toBe('unchanged');
        }
        for (const name of edits) {
          const found = server.registry.named(name);
          if (found !== undefined) {
            await server.call('PATCH', `/webhooks/${found.id}`, {
              description: `by hand ${number}`,
            });
          }
        }
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 10_000 },
  );
}, 60_000);
