import { createHash } from 'node:crypto';
import type { AutomationRecord } from '../../src/core/automation.ts';
import type { EffectRequest } from '../../src/core/effect.ts';
import type { CapturedEvent } from '../../src/core/event.ts';
import type { HookRecord } from '../../src/core/hook.ts';
import { HEALTHY } from '../../src/core/hook-health.ts';
import { idMaker } from '../../src/core/ids.ts';
import type { NewMessage } from '../../src/core/message.ts';
import type { RunRecord } from '../../src/core/run.ts';
import type { Webhook } from '../../src/core/webhook.ts';

const makeId = idMaker();
/** Some moment; every record of a test is made relative to it. */
export const NOW = 1_767_312_000_000;

export function someEvent(over: Partial<CapturedEvent> = {}): CapturedEvent {
  const receivedAt = over.receivedAt ?? NOW;
  return {
    id: makeId('evt', receivedAt),
    webhookId: 'wh_00000000000000000000000001',
    receivedAt,
    method: 'POST',
    path: '/orders/7',
    query: 'a=1&a=2',
    headers: '["Content-Type","application/json","X-Twice","1","x-twice","2"]',
    clientIp: '192.0.2.7',
    body: new TextEncoder().encode('{"id":7}'),
    data: null,
    webhookName: 'orders',
    webhookUrl: 'https://hooks.example/webhooks/0123456789',
    webhookAccount: 'shop_1',
    ...over,
  };
}

/** `count` events, a millisecond apart, oldest first. */
export function someEvents(count: number, over: Partial<CapturedEvent> = {}): CapturedEvent[] {
  const first = over.receivedAt ?? NOW;
  return Array.from({ length: count }, (_, i) => someEvent({ ...over, receivedAt: first + i }));
}

export function someRun(event: CapturedEvent, over: Partial<RunRecord> = {}): RunRecord {
  return {
    id: makeId('run', event.receivedAt),
    eventId: event.id,
    webhookId: event.webhookId,
    automation: 'orders.paid',
    revision: sha256('some source'),
    binding: 0,
    inputs: '{}',
    attempt: 1,
    status: 'succeeded',
    startedAt: event.receivedAt + 1,
    endedAt: event.receivedAt + 3,
    cpuMs: 0.25,
    logs: [],
    ...over,
  };
}

/** A run that has not ended: queued and waiting ones are due at `NOW` unless `over` says otherwise. */
export function openRun(
  event: CapturedEvent,
  status: 'queued' | 'running' | 'waiting',
  over: Partial<RunRecord> = {},
): RunRecord {
  const { endedAt: _, ...run } = someRun(event);
  return { ...run, status, ...(status === 'running' ? {} : { dueAt: NOW }), ...over };
}

export function someEffect(number: number, over: Partial<EffectRequest> = {}): EffectRequest {
  return { number, step: 1, kind: 'http', args: '{"url":"https://example.com"}', ...over };
}

export function someWebhook(over: Partial<Webhook> = {}): Webhook {
  const id = over.id ?? makeId('wh', NOW);
  return {
    id,
    token: sha256(id).slice(0, 40),
    name: `webhook ${id}`,
    description: '',
    paused: false,
    respond: 'run',
    bindings: [],
    settings: {},
    createdAt: NOW,
    updatedAt: NOW,
    ...over,
  };
}

export function someHook(over: Partial<HookRecord> = {}): Omit<HookRecord, 'number'> {
  const id = over.id ?? makeId('hk', NOW);
  return {
    id,
    name: `hook ${id}`,
    status: 'active',
    topics: ['order.*'],
    url: 'https://example.com/in',
    method: 'POST',
    profile: 'standard',
    format: 'json',
    success: ['2xx'],
    timeoutMs: 15_000,
    retryMs: [5_000, 300_000],
    failuresMax: 0,
    failingMs: 0,
    alerts: [],
    concurrency: 4,
    ordered: false,
    health: HEALTHY,
    createdAt: NOW,
    updatedAt: NOW,
    sealed: new Uint8Array([1, 2, 3]),
    ...over,
  };
}

export function someMessage(over: Partial<NewMessage> = {}): NewMessage {
  const createdAt = over.createdAt ?? NOW;
  return {
    id: makeId('msg', createdAt),
    kind: 'emit',
    to: 'order.paid',
    data: '{"id":7}',
    createdAt,
    ...over,
  };
}

export function someAutomation(name: string, source: string): AutomationRecord {
  return {
    name,
    file: `${name}.yaml`,
    owner: 'folder',
    revision: { id: sha256(source), automation: name, source, createdAt: NOW },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
