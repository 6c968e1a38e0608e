import { readdirSync, readFileSync } from 'node:fs';
import type { Hook } from '../../src/core/hook.ts';
import { HEALTHY } from '../../src/core/hook-health.ts';
import type { Message } from '../../src/core/message.ts';
import type { Profile } from '../../src/hook/profile.ts';
import { Profiles } from '../../src/hook/profiles.ts';
import { buildRequest, type HookRequest, type RequestFacts } from '../../src/hook/request.ts';
import { NOW } from '../contract/records.ts';

/** The project's own profiles. */
export const profiles = new Profiles(
  readdirSync('profiles').map((file) => ({
    file,
    text: readFileSync(`profiles/${file}`, 'utf8'),
  })),
);

/** 32 bytes. */
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

export function hookOf(profile: Profile, over: Partial<Hook> = {}): Hook {
  return {
    id: 'hk_00000000000000000000000001',
    number: 12,
    name: 'warehouse',
    status: 'active',
    topics: ['**'],
    url: 'https://example.com/in',
    profile: profile.name,
    format: profile.formats[0]!.name,
    alerts: [],
    ordered: false,
    ...profile.defaults,
    health: HEALTHY,
    createdAt: NOW,
    updatedAt: NOW,
    secret: SECRET,
    headers: [],
    ...over,
  };
}

export function messageOf(data: unknown, over: Partial<Message> = {}): Message {
  return {
    id: 'msg_01KE000000ABCDEFGHJKMNPQRS',
    kind: 'emit',
    to: 'order.created',
    data: JSON.stringify(data),
    createdAt: NOW,
    ...over,
  };
}

const FACTS: RequestFacts = {
  deliveryId: 'dlv_1',
  attempt: 1,
  now: NOW + 1500,
  source: 'https://hooks.example.com',
  version: '1.2.3',
};

/** The request of a profile for some data. */
export function requestOf(
  profile: string,
  data: unknown,
  hook: Partial<Hook> = {},
  message: Partial<Message> = {},
  facts: Partial<RequestFacts> = {},
): Omit<HookRequest, 'headers' | 'body'> & { headers: Record<string, string>; text: string } {
  const shape = profiles.get(profile);
  const request = buildRequest(hookOf(shape, hook), shape, messageOf(data, message), {
    ...FACTS,
    ...facts,
  });
  const { method, url, headers, body } = request;
  const text = Buffer.from(body ?? []).toString();
  return { method, url, headers: Object.fromEntries(headers), text };
}
