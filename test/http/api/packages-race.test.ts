import { expect, test } from 'vitest';
import { openPackageServer } from './package-server.ts';

/** Automations, so that the import takes several turns of the event loop. */
const AUTOMATIONS = 10;

function pack(version: string, methods: string): string {
  const automations = Array.from({ length: AUTOMATIONS }, (_, n) => ({
    uid: `a${n}`,
    text: `automation: a${n} # ${version}\nsteps:\n  - log: x\n`,
  }));
  const text = `kind: webhook\nname: In\nmethods: [${methods}]\nbindings: [ { automation: a0 } ]\n`;
  const hook = `kind: hook\nname: out\nurl: https://example.com/${version}\n`;
  return JSON.stringify({
    package: 'race',
    version,
    records: [...automations, { uid: 'in', text }, { uid: 'out', text: hook }],
  });
}

test('what is changed by hand while an import is under way is never undone', async () => {
  const server = await openPackageServer();
  const { registry, hooks, packages } = server;
  await server.call('POST', '/packages', { document: pack('1.0.0', 'POST') });
  const outcomes: string[] = [];
  for (let turns = 0; turns < 24; turns++) {
    const before = packages.get('race').version;
    const version = `1.0.${turns + 1}`;
    const document = pack(version, turns % 2 === 0 ? 'PUT' : 'POST');
    const importing = server.call('POST', '/packages', { document }).then(
      () => 'imported',
      ({ code }) => code,
    );
    for (let n = 0; n < turns; n++) await new Promise((resolve) => setImmediate(resolve));
    const [{ token }, { secret }] = await Promise.all([
      registry.rotateToken('In'),
      hooks.rotate('out', undefined, 0),
    ]);
    const outcome = await importing;
    outcomes.push(outcome);
    expect(['imported', 'package.changed']).toContain(outcome);
    expect(registry.webhook('In').token).toBe(token);
    expect(hooks.get('out').secret).toBe(secret);
    const now = outcome === 'imported' ? version : before;
    expect(packages.get('race').version).toBe(now);
    expect(hooks.get('out').url).toBe(`https://example.com/${now}`);
    const { source } = await server.call('GET', '/automations/a9');
    expect(source).toContain(`# ${now}\n`);
  }
  expect(outcomes).toContain('imported');
});
