import { createHmac } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { AUTOMATIONS, eventually, newFolder, Program } from './program.ts';
import { Receiver } from './receiver.ts';

let program: Program;

beforeAll(async () => {
  const dir = newFolder();
  cpSync(AUTOMATIONS, join(dir, 'automations'), { recursive: true });
  program = await Program.start({ dir, env: { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' } });
});

afterAll(() => program[Symbol.asyncDispose]());

function postJson(url: string, value: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify(value) });
}

/** The webhooks that comments show as a file, by automation. */
function shownWebhooks(): (readonly [string, Record<string, unknown>])[] {
  return readdirSync(AUTOMATIONS).flatMap((file) => {
    const text = readFileSync(join(AUTOMATIONS, file), 'utf8');
    const block = /^# A webhook's file:\n((?:# {3}.*\n)+)/m.exec(text)?.[1];
    return block === undefined ? [] : [[file, parse(block.replaceAll(/^# {3}/gm, ''))] as const];
  });
}

/** Waits until so many runs of an automation have succeeded, and there is no other. */
async function ended(automation: string, count: number): Promise<void> {
  await eventually(
    () => program.api('GET', `/runs?automation=${automation}`),
    ({ runs }) =>
      runs.length === count &&
      runs.every(({ status }: { status: string }) => status === 'succeeded'),
  );
}

async function setSecret(name: string, value: string): Promise<void> {
  await program.api('PUT', `/secrets/${name}`, { value });
}

test('a new server loads all of them, and none is due or does anything', async () => {
  const { automations } = await program.api('GET', '/automations');
  const files = readdirSync(AUTOMATIONS).filter((file) => /(?<!\.test|package)\.yaml$/.test(file));
  expect(automations.map(({ name }: { name: string }) => `${name}.yaml`)).toEqual(files.sort());
  for (const { errors, warnings, next_at } of automations)
    expect({ errors, warnings, next_at }).toEqual({ errors: 0, warnings: 0, next_at: null });
  expect(await program.api('GET', '/runs')).toMatchObject({ runs: [] });
});

test('the webhooks that comments show are ones', async () => {
  const shown = shownWebhooks();
  expect(shown.map(([file]) => file)).toEqual([
    'cart.abandoned.yaml',
    'form.mail.yaml',
    'github.cache.yaml',
  ]);
  for (const [file, settings] of shown) {
    const { bindings } = await program.api('POST', '/webhooks', settings);
    expect(bindings).toMatchObject([{ automation: file.slice(0, -'.yaml'.length) }]);
  }
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

describe('links', () => {
  test('makes a link, sends visitors on, counts them, and forgets it', async () => {
    await setSecret('LINKS_KEY', 'letmein');
    const url = await program.webhook('links');
    const headers = { authorization: 'Bearer letmein' };
    const body = JSON.stringify({ url: 'https://example.com/long', name: 'docs' });
    const made = await fetch(url, { method: 'POST', headers, body });
    expect(await made.json()).toEqual({
      name: 'docs',
      link: `${url}/docs`,
      url: 'https://example.com/long',
    });
    const visitors = await Promise.all(
      [1, 2, 3].map(() => fetch(`${url}/docs`, { redirect: 'manual' })),
    );
    for (const visitor of visitors)
      expect(visitor.headers.get('location')).toBe('https://example.com/long');
    const count = async (): Promise<unknown> => (await fetch(`${url}/docs+`, { headers })).json();
    await eventually(count, (told) => (told as { visits: number }).visits === 3);
    expect((await fetch(`${url}/docs`, { method: 'DELETE', headers })).status).toBe(204);
    expect((await fetch(`${url}/docs`, { redirect: 'manual' })).status).toBe(404);
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(201);
  });
});

describe('woocommerce.warehouse', () => {
  test('takes the shop’s ping, and sends a paid order to the warehouse once', async () => {
    const receiver = await Receiver.open();
    await program.api('POST', '/hooks', { name: 'warehouse', url: receiver.url });
    await setSecret('SHOP_SECRET', 'shop');
    const { url } = await program.api('POST', '/webhooks', {
      bindings: [{ automation: 'woocommerce.warehouse' }],
      source: { preset: 'woocommerce', secrets: { secret: 'SHOP_SECRET' } },
    });
    const ping = new URLSearchParams({ webhook_id: '7' });
    const agent = { 'user-agent': 'WooCommerce/10.3 Hookshot (WordPress/6.8)' };
    expect((await fetch(url, { method: 'POST', body: ping, headers: agent })).status).toBe(200);

    const tell = async (delivery: string, order: Record<string, unknown>): Promise<number> => {
      const body = JSON.stringify({ id: 7, number: '7', line_items: [], billing: {}, ...order });
      const headers = {
        ...agent,
        'content-type': 'application/json',
        'x-wc-webhook-topic': 'order.updated',
        'x-wc-webhook-delivery-id': delivery,
        'x-wc-webhook-signature': createHmac('sha256', 'shop').update(body).digest('base64'),
      };
      return (await fetch(url, { method: 'POST', body, headers })).status;
    };
    // Paid, changed twice at once, and cancelled.
    expect(await tell('a', { status: 'processing' })).toBe(200);
    const notes = ['b', 'c'].map((note) => tell(note, { status: 'processing', note }));
    expect(await Promise.all(notes)).toEqual([200, 200]);
    await ended('woocommerce.warehouse', 3);
    expect(await tell('d', { status: 'cancelled' })).toBe(200);
    await eventually(
      () => receiver.accepted.length,
      (count) => count === 2,
    );
    expect(receiver.accepted.map(({ body }) => JSON.parse(body))).toMatchObject([
      { action: 'ship', order: 7 },
      { action: 'stop', order: 7, why: 'cancelled' },
    ]);
  });
});

describe('cart.abandoned', () => {
  test('of changes that come together only the last is told, and none after an order', async () => {
    const [, settings] = shownWebhooks().find(([file]) => file === 'cart.abandoned.yaml') ?? [];
    const { url } = await program.api('POST', '/webhooks', {
      ...settings,
      name: 'soon',
      account: 'soon',
      bindings: [{ automation: 'cart.abandoned', inputs: { after: '1s' } }],
    });
    const change = (phone: string, sku: string): Promise<Response> =>
      postJson(url, { event: 'cart_updated', user: { phone }, cart: { items: [{ sku }] } });
    await change('1', 'a');
    await change('2', 'a');
    await change('1', 'b');
    await postJson(url, { event: 'order_placed', user: { phone: '2' } });
    await ended('cart.abandoned', 4);
    const { messages } = await program.api('GET', '/messages?topic=cart.abandoned');
    expect(messages).toHaveLength(1);
    const { data } = await program.api('GET', `/messages/${messages[0].id}`);
    expect(data).toMatchObject({ account: 'soon', customer: '1', items: [{ sku: 'b' }] });
  });
});

describe('approval', () => {
  test('fails where nobody can be told, and takes one decision of who has the link', async () => {
    await setSecret('APPROVAL_KEY', 'made-up');
    const url = await program.webhook('approval');
    // There is no SLACK_TOKEN, so the run fails before anything leaves this machine.
    const asked = await postJson(url, { title: 'Deploy <1.4>' });
    expect(asked.status).toBe(500);
    const { runs } = await program.api('GET', '/runs?automation=approval');
    const id: string = runs[0].event_id;
    const link = `${url}/${id}/${createHmac('sha256', 'made-up').update(id).digest('hex')}`;
    const page = await fetch(link);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<h1>Deploy &lt;1.4&gt;</h1>');
    const decide = (decision: string): Promise<Response> =>
      fetch(link, { method: 'POST', body: new URLSearchParams({ decision }) });
    const answers = await Promise.all(['granted', 'denied', 'granted'].map(decide));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const told = await Promise.all(
      ['granted', 'denied'].map((how) => program.api('GET', `/messages?topic=approval.${how}`)),
    );
    expect(told.flatMap(({ messages }) => messages)).toHaveLength(1);
    expect((await fetch(`${url}/${id}/0`)).status).toBe(404);
  });
});
