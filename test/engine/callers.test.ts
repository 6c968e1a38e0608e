import { expect, test } from 'vitest';
import type { OutboundRequest } from '../../src/core/outbound.ts';
import type { Webhook } from '../../src/core/webhook.ts';
import { Callers } from '../../src/engine/callers/callers.ts';
import { Certificates } from '../../src/engine/callers/certificates.ts';
import { custom, NOW, request } from '../source/presets.ts';
import { RememberingLog } from './parts.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

function outboundOf(status: number, body: string) {
  const sent: OutboundRequest[] = [];
  const send = async (given: OutboundRequest) => {
    sent.push(given);
    const bytes = Buffer.from(body);
    return { status, headers: [], body: bytes, truncated: false, url: '', ms: 1, address: '' };
  };
  return { sent, send };
}

function webhookOf(preset: string): Webhook {
  return { id: 'wh_1', settings: { source: { preset, secrets: {} } } } as unknown as Webhook;
}

function callersOf(outbound: ReturnType<typeof outboundOf>, source?: ReturnType<typeof custom>) {
  const log = new RememberingLog();
  const saved: unknown[] = [];
  const callers = new Callers({
    folder: {
      names: async () => [],
      get: async () => (source === undefined ? undefined : { source, diagnostics: [] }),
    },
    secrets: { values: () => [] },
    outbound,
    store: { saveRefusal: async (refusal) => void saved.push(refusal) },
    makeId: (prefix) => `${prefix}_1`,
    clock: () => NOW,
    log,
    duplicateMs: 1000,
  });
  return { callers, log, saved };
}

const SUBSCRIBE = custom({
  unsigned: 'A test',
  handshakes: [
    {
      name: 'subscribe',
      when: { json: 'confirm', is: 'present' },
      signed: false,
      answer: { status: 200 },
      fetch: { json: 'confirm', hosts: ['hooks.example.com'] },
    },
  ],
});

test('a subscription is confirmed once its answer is on its way, at its own hosts alone', async () => {
  const outbound = outboundOf(200, '');
  const { callers, log } = callersOf(outbound, SUBSCRIBE);
  const ask = (url: string) =>
    callers.judge(
      webhookOf('custom'),
      '',
      request({ body: JSON.stringify({ confirm: url }) }),
      NOW,
    );
  const judgement = await ask('https://hooks.example.com/confirm?t=1');
  expect(outbound.sent).toEqual([]);
  if (judgement.is !== 'handshake') throw new Error(judgement.is);
  judgement.complete();
  await callers.drained();
  expect(outbound.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET https://hooks.example.com/confirm?t=1',
  ]);
  expect(log.lines.at(-1)).toMatchObject({ message: 'handshake.completed' });
  expect((await ask('https://elsewhere.example.com/')).is).toBe('refused');
});

test('a webhook whose source is gone takes in nobody', async () => {
  const { callers, saved } = callersOf(outboundOf(200, ''));
  const judgement = await callers.judge(webhookOf('gone'), '', request({}), NOW);
  expect(judgement).toEqual({ is: 'refused', code: 'source.unusable' });
  await callers.drained();
  expect(saved).toMatchObject([{ source: 'gone', code: 'source.unusable' }]);
});

test('a flood of refusals is written a few at a time, and the rest is in the log', async () => {
  const { callers, saved, log } = callersOf(outboundOf(200, ''));
  await Promise.all(
    Array.from({ length: 50 }, () => callers.judge(webhookOf('gone'), '', request({}), NOW)),
  );
  await callers.drained();
  expect(saved.length).toBeLessThan(50);
  expect(log.lines.filter(({ message }) => message === 'refused').length).toBe(50);
});

test('a certificate is fetched once and kept for an hour; another answer is none', async () => {
  let now = NOW;
  const outbound = outboundOf(200, PEM);
  const certificates = new Certificates(outbound, () => now);
  const url = 'https://sns.eu-west-1.amazonaws.com/a.pem';
  expect(await Promise.all([certificates.get(url), certificates.get(url)])).toEqual([PEM, PEM]);
  await certificates.get(url);
  expect(outbound.sent.length).toBe(1);
  now += 3_600_001;
  await certificates.get(url);
  expect(outbound.sent.length).toBe(2);
  const wrong = new Certificates(outboundOf(404, 'none'), () => now);
  await expect(wrong.get(url)).rejects.toThrow('status 404');
});
