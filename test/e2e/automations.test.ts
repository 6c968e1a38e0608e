import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTOMATIONS, newFolder, Program } from './program.ts';

let program: Program;

beforeAll(async () => {
  const dir = newFolder();
  cpSync(AUTOMATIONS, join(dir, 'automations'), { recursive: true });
  program = await Program.start({ dir });
});

afterAll(() => program[Symbol.asyncDispose]());

function postJson(url: string, value: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify(value) });
}

test('the folder’s automations all compile', async () => {
  const { automations } = await program.api('GET', '/automations');
  expect(automations).toHaveLength(6);
  for (const { errors, warnings } of automations)
    expect({ errors, warnings }).toEqual({ errors: 0, warnings: 0 });
});

describe('form.to_json', () => {
  test('answers with the fields and files of a form', async () => {
    const body = new FormData();
    body.append('name', 'Joe');
    body.append('email', 'joe@example.com');
    body.append('cv', new Blob(['text']), 'cv.txt');
    const response = await fetch(await program.webhook('form.to_json'), { method: 'POST', body });
    expect(await response.json()).toEqual({
      ok: true,
      fields: { name: 'Joe', email: 'joe@example.com' },
      files: [{ field: 'cv', name: 'cv.txt', type: 'application/octet-stream', size: 4 }],
    });
  });

  test('names what is missing, and lets robots think that it worked', async () => {
    const url = await program.webhook('form.to_json');
    const missing = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Joe' }),
    });
    expect(missing.status).toBe(422);
    expect(await missing.json()).toMatchObject({ error: { message: 'Please fill in: email' } });
    const robot = await fetch(url, { method: 'POST', body: new URLSearchParams({ website: 'x' }) });
    expect(await robot.json()).toEqual({ ok: true });
  });
});

describe('stripe.events', () => {
  test('turns a finished checkout into a sale', async () => {
    const response = await postJson(await program.webhook('stripe.events'), {
      type: 'checkout.session.completed',
      data: {
        object: {
          amount_total: 1999,
          currency: 'eur',
          customer: 'cus_1',
          customer_details: { email: 'joe@example.com' },
        },
      },
    });
    expect(await response.json()).toEqual({
      received: true,
      recorded: true,
      record: { entry: 'sale', customer: 'joe@example.com', amount: 19.99, currency: 'EUR' },
    });
  });

  test('says yes to what it does not want, so that Stripe stops sending it', async () => {
    const event = { type: 'invoice.created', data: { object: {} } };
    const response = await postJson(await program.webhook('stripe.events'), event);
    expect(await response.json()).toEqual({ received: true, recorded: false });
  });
});

describe('cors.preflight', () => {
  test('answers the preflight of an origin that may call, and refuses another', async () => {
    const { url } = await program.api('POST', '/webhooks', {
      bindings: [{ automation: 'cors.preflight', inputs: { origins: ['https://shop.example'] } }],
    });
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-headers': 'x-token' },
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': 'x-token',
      'access-control-max-age': '86400',
      vary: 'Origin',
    });
    const call = await fetch(url, { method: 'POST', headers: { origin: 'https://shop.example' } });
    expect(call.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const other = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(other.status).toBe(403);
  });
});

describe('redirect', () => {
  test('sends on by name with the query, and knows no other names', async () => {
    const url = await program.webhook('redirect');
    const known = await fetch(`${url}/docs?utm=1&a=b`, { redirect: 'manual' });
    expect(known.status).toBe(302);
    expect(known.headers.get('location')).toBe('https://docs.example.com/?utm=1&a=b');
    expect((await fetch(`${url}/nothing`, { redirect: 'manual' })).status).toBe(404);
    expect((await fetch(`${url}/constructor`, { redirect: 'manual' })).status).toBe(404);
  });
});
