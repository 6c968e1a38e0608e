import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EffectRequest, EffectResult } from '../../src/core/effect.ts';
import { type Recording, recordingJson } from '../../src/engine/recording.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { record } from '../engine/recorded.ts';
import { emptyFolder, FakeShell } from './fake.ts';

const PAGE = readFileSync('docs/runs.md', 'utf8');
const [SOURCE = ''] = blocks('yaml');
const HEADERS = '["content-type","application/json"]';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

function blocks(language: string): string[] {
  const found = PAGE.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'));
  return [...found].map(([, text = '']) => text);
}

function outside({ kind }: EffectRequest): EffectResult {
  const reply = {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"ref":"A-7"}',
  };
  const value = kind === 'http' ? reply : { id: 'msg_01J00000000000000000000001' };
  return { ok: true, value: JSON.stringify(value) };
}

async function recorded(prices: readonly number[], id: number): Promise<Recording> {
  const lines = prices.map((price) => ({ price }));
  const body = Buffer.from(JSON.stringify({ id, lines }));
  const made = await record(sandbox, SOURCE, outside, {
    headers: HEADERS,
    path: '',
    query: null,
    body,
  });
  return { ...made, revision: { ...made.revision, automation: 'orders.paid' } };
}

test('the trace that docs/runs.md shows is what its automation gives', async () => {
  const file = join(emptyFolder(), 'run.json');
  const recording = await recorded([80, 45.5], 7);
  writeFileSync(file, JSON.stringify(recordingJson(recording)));
  const { code, out } = await new FakeShell().run('run', 'trace', file);
  expect(code).toBe(0);
  expect(out).toBe(blocks('text')[0]);
});

test('the backtest that docs/runs.md shows is what its draft gives', async () => {
  const shell = new FakeShell();
  const { engine } = shell;
  const orders = engine.addWebhook('orders', { bindings: [{ automation: 'orders.paid' }] });
  const revision = engine.addRevision('orders.paid', SOURCE).id;
  for (const [id, prices] of [
    [7, [80, 45.5]],
    [8, [20]],
  ] as const) {
    const { event, journal, outcome } = await recorded(prices, id);
    const { headers, body, path, query } = event;
    const stored = engine.addEvent(orders, { headers, body, path, query });
    const { answer, logs } = outcome;
    const run = engine.addRun(stored, {
      revision,
      logs,
      ...(answer === undefined ? {} : { answer }),
    });
    engine.journals.set(run.id, journal);
  }
  const file = join(emptyFolder(), 'draft.yaml');
  writeFileSync(
    file,
    SOURCE.replace('status: 201', 'status: 200').replace(
      'total: "${{ total }}"',
      'total: "${{ total }}", currency: EUR',
    ),
  );
  const { code, out } = await shell.run('backtest', file, '--webhook', 'orders', '--last', '2');
  expect(code).toBe(1);
  expect(out).toBe(blocks('text')[1]);
});
