import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { eventually, newFolder, Program } from './program.ts';
import { Receiver } from './receiver.ts';

/** `HOOKWRIGHT_TEST_KILLS=200` is the long form. */
const KILLS = Number(process.env.HOOKWRIGHT_TEST_KILLS ?? 2);
const ENV = { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' };
/** Senders at once; more than a hook's concurrency, so that deliveries wait while others are sent. */
const SENDERS = 8;

test(
  'killed at any moment of delivering, nothing that was acknowledged is lost',
  async () => {
    const dir = newFolder();
    const receiver = await Receiver.open();
    // Slow enough that a kill meets attempts under way.
    receiver.behave = (response) => setTimeout(() => response.writeHead(204).end(), 5);
    const acknowledged = new Set<string>();
    let secret = '';
    let n = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const program = await Program.start({ dir, env: ENV });
      if (kill === 0) {
        const hook = {
          name: 'h',
          topics: ['a.*'],
          url: receiver.url,
          retries: ['1ms', '10ms', '10ms'],
        };
        ({ secret } = await program.api('POST', '/hooks', hook));
      }
      const enough = acknowledged.size + 20 + Math.floor(Math.random() * 60);
      let killed = false;
      const send = async (): Promise<void> => {
        while (!killed) {
          try {
            const { id } = await program.api('POST', '/messages', {
              topic: 'a.b',
              data: { n: n++ },
            });
            acknowledged.add(id);
          } catch (error) {
            if (!killed) throw error;
          }
          if (acknowledged.size >= enough && !killed) {
            killed = true;
            program.child.kill('SIGKILL');
          }
        }
      };
      await Promise.all(Array.from({ length: SENDERS }, send));
      await program.stop('SIGKILL');
    }
    await using program = await Program.start({ dir, env: ENV });
    await eventually(
      () => new Set(receiver.accepted.map(({ headers }) => headers['webhook-id'] as string)),
      (arrived) => [...acknowledged].every((id) => arrived.has(id)),
    );
    for (const { body, headers } of receiver.received) {
      const named = ['id', 'timestamp', 'signature'].map((name) => `webhook-${name}`);
      new Webhook(secret).verify(
        body,
        Object.fromEntries(named.map((name) => [name, headers[name] as string])),
      );
    }
    await eventually(
      () => program.api('GET', '/deliveries?status=sending'),
      ({ deliveries }) => deliveries.length === 0,
    );
    for (const status of ['pending', 'failed']) {
      const { deliveries } = await program.api('GET', `/deliveries?status=${status}`);
      expect(deliveries).toEqual([]);
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS * 20);
  },
  60_000 + KILLS * 10_000,
);
