import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { automation, hook, Importer, type Json, pack, webhook } from './importer.ts';
import { newFolder, Program } from './program.ts';

/** Kinds of records times this: one transaction of some milliseconds, most of which writes. */
const RECORDS = 15;
/** Kills, at moments that divide the time which an import takes. */
const KILLS = 4;

/** Each kill takes the start of a server. */
const TEST_MS_MAX = 90_000;

const dir = newFolder();

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A package of which every record says its version. */
function versioned(version: string): string {
  const numbers = Array.from({ length: RECORDS }, (_, n) => n);
  return pack('many', {
    version,
    prompts: [{ key: 'MANY_KEY', label: 'A key', type: 'secret', hosts: [`v${version}.example`] }],
    records: numbers.flatMap((n) => [
      automation(`many.${n}`, version),
      webhook(`Many-${n}`, `many.${n}`, `description: v${version}\n`),
      hook(`many-${n}`, `topics: [v${version.replaceAll('.', '-')}]\n`),
    ]),
  });
}

/** What the server has of it, each kind as the set of what its records say. */
async function found(program: Program): Promise<Json> {
  const { packages } = await program.api('GET', '/packages');
  const { automations } = await program.api('GET', '/automations');
  const { webhooks } = await program.api('GET', '/webhooks');
  const { hooks } = await program.api('GET', '/hooks');
  const { secrets } = await program.api('GET', '/secrets');
  const own = (list: Json[]): Json[] => list.filter(({ name }) => /^many/i.test(name));
  const revisions = new Set(own(automations).map(({ revision }) => revision));
  return {
    versions: packages.map(({ version }: Json) => version),
    counts: [own(automations).length, revisions.size, own(webhooks).length, own(hooks).length],
    says: [
      ...new Set([
        ...own(webhooks).map(({ description }) => description.slice(1)),
        ...own(hooks).map(({ topics }) => topics[0].slice(1).replaceAll('-', '.')),
        ...own(secrets).map(({ hosts }) => hosts[0].slice(1, -'.example'.length)),
      ]),
    ],
  };
}

test(
  'a kill in the middle of an import, an upgrade or a removal leaves all of it, or nothing',
  async () => {
    let program = await Program.start({ dir });
    const outcomes = new Set<string>();
    let importMs = 0;
    for (let round = 0; round < KILLS; round++) {
      const importer = new Importer(program);
      const before = await found(program);
      const isThere = before.versions.length > 0;
      const version = `1.0.${round}`;
      const answers = { MANY_KEY: `value-${round}-1234` };
      const removes = isThere && round % 3 === 2;
      // What an import takes longest for the first time, so that the kill meets its transaction.
      await importer.plan(versioned(version), { answers });
      const startedAt = performance.now();
      const begun = removes
        ? program.api('DELETE', '/packages/many')
        : importer.import(versioned(version), { answers });
      const ended = begun.then(
        () => 'answered',
        () => 'cut',
      );
      // The first is answered and gives the time; the second is killed at once, the others in between.
      if (round === 0) await ended;
      else {
        const part = (round - 1) / (KILLS - 1);
        await new Promise((resolve) => setTimeout(resolve, importMs * part));
      }
      importMs ||= performance.now() - startedAt;
      await program.stop('SIGKILL');
      const outcome = await ended;
      program = await Program.start({ dir });
      const after = await found(program);
      if (after.versions.length === 0) {
        expect(after).toEqual({ versions: [], counts: [0, 0, 0, 0], says: [] });
      } else {
        const [is] = after.versions;
        const counts = [RECORDS, RECORDS, RECORDS, RECORDS];
        expect(after).toEqual({ versions: [is], counts, says: [is] });
      }
      const isDone = removes ? after.versions.length === 0 : after.versions[0] === version;
      if (outcome === 'answered') expect(isDone).toBe(true);
      else if (!isDone) expect(after).toEqual(before);
      outcomes.add(isDone ? 'all' : 'nothing');
    }
    await program.stop('SIGKILL');
    expect([...outcomes].sort()).toEqual(['all', 'nothing']);
  },
  TEST_MS_MAX,
);
