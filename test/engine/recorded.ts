import type { EffectRequest, EffectResult, JournalEntry } from '../../src/core/effect.ts';
import type { CapturedEvent } from '../../src/core/event.ts';
import { digest } from '../../src/core/ids.ts';
import type { Sandbox } from '../../src/engine/ports.ts';
import type { Recording } from '../../src/engine/recording.ts';
import { outcomeOf } from '../../src/engine/replay/compare.ts';
import { executionSecrets, NO_SECRETS } from '../../src/engine/secret-source.ts';
import { type CompiledAutomation, compile } from '../../src/language/compile.ts';

/** `code` as an expression of the language, quoted for YAML. */
export const expression = (code: string): string => `'$${`{{ ${code} }}`}'`;

export const EVENT: CapturedEvent = {
  id: 'evt_01J00000000000000000000001',
  webhookId: 'wh_01J00000000000000000000001',
  receivedAt: Date.UTC(2026, 4, 4, 3, 2, 1, 7),
  method: 'POST',
  path: '/orders',
  query: 'x=1&x=2',
  headers: '["Host","hooks.example","X-Two","1","x-two","2"]',
  clientIp: '192.0.2.1',
  body: Buffer.from('{"id":7,"name":"é\\u0000","lines":[1,2,3]}'),
  data: '{"id":7,"name":"é\\ud800"}',
  webhookName: 'orders',
  webhookUrl: 'https://hooks.example/webhooks/abc',
  webhookAccount: 'shop',
};

export function compiled(source: string): CompiledAutomation {
  const { automation, diagnostics } = compile(source, 'a.yaml');
  if (automation === undefined) throw new Error(JSON.stringify(diagnostics));
  return automation;
}

/** What the outside answers; effects end in the reverse of the order in which they were asked for. */
export type Outside = (effect: EffectRequest) => EffectResult;

/** Executes an automation as the engine does, one result after another, and records it. */
export async function record(
  sandbox: Pick<Sandbox, 'execute'>,
  source: string,
  outside: Outside = () => ({ ok: true, value: 'null' }),
  change: Partial<CapturedEvent> = {},
): Promise<Recording> {
  const { program, policy } = compiled(source);
  const secrets = executionSecrets(policy.secrets, NO_SECRETS, undefined);
  const { webhookName: _, webhookUrl: __, webhookAccount: ___, ...event } = { ...EVENT, ...change };
  const { method, path, query, headers, clientIp, body } = event;
  const id = 'run_01J00000000000000000000001';
  const url = 'https://hooks.example/webhooks/abc/orders?x=1&x=2';
  const webhook = { id: EVENT.webhookId, name: 'orders', account: 'shop' };
  const journal: JournalEntry[] = [];
  const receivedAt = new Date(EVENT.receivedAt).toISOString();
  for (let arrival = 0; ; arrival++) {
    const result = await sandbox.execute({
      runId: id,
      seed: id,
      now: EVENT.receivedAt,
      program,
      request: { method, path, query, headers, url, clientIp, body },
      webhook: JSON.stringify(webhook),
      event: `{"id":"${EVENT.id}","received_at":"${receivedAt}","data":${EVENT.data}}`,
      inputs: '{}',
      journal,
      ...(secrets === undefined ? {} : { secrets }),
    });
    const at = EVENT.receivedAt + 10 * (arrival + 1);
    if (result.status === 'needs') {
      for (const effect of result.effects) journal.push({ ...effect, beganAt: at - 5 });
      const index = journal.findLastIndex(({ ended }) => ended === undefined);
      const entry = journal[index] as JournalEntry;
      journal[index] = { ...entry, ended: { at, arrival, result: outside(entry) } };
      continue;
    }
    return {
      engine: '1.2.3',
      run: { id, seed: id, attempt: 1 },
      revision: { id: digest(source), automation: 'a', source },
      limits: program.limits,
      webhook,
      event,
      url,
      inputs: '{}',
      journal,
      outcome: outcomeOf(result),
    };
  }
}
