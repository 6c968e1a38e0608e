import { describe, expect, test } from 'vitest';
import { http } from './guest.ts';
import { ended, Process, World } from './world.ts';

async function start(world: World): Promise<Process> {
  const process = new Process(world);
  await process.open();
  process.receive();
  return process;
}

describe('a run with effects', () => {
  test('writes each effect before it is performed, and its result before the next begins', async () => {
    const world = new World();
    world.sandbox.scripts.main = async ({ effect }) => {
      await effect(...http('a'));
      await effect(...http('b'));
    };
    const process = await start(world);
    await process.until(() => ended(world));
    expect(world.sequence.filter((name) => !name.endsWith('?'))).toEqual([
      'capture pending',
      'running +0',
      'send a',
      'sent a',
      'running +1 =0',
      'send b',
      'sent b',
      'succeeded =1',
    ]);
    expect(world.broken).toEqual([]);
    expect(world.disk.events.get(world.event.id)?.status).toBe('done');
  });
});
