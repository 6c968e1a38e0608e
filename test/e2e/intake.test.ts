import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, MAIN, Program } from './program.ts';

const run = promisify(execFile);
const page = readFileSync('docs/webhooks.md', 'utf8');
const blocks = [...page.matchAll(/^```yaml(?: (\w+))?\n(.*?)^```$/gms)];
const files = blocks.flatMap(([, kind, text = '']) => (kind === undefined ? [text] : []));
const automations = {
  ...Object.fromEntries(
    blocks.flatMap(([, kind, text = ''], i) =>
      kind === 'automation' ? [[`doc${i}.yaml`, text]] : [],
    ),
  ),
  'paid.yaml': `automation: orders.paid
inputs: { warehouse: { type: string, default: main } }
steps:
  - return: { json: { data: "\${{ event.data }}", account: "\${{ webhook.account }}" } }
`,
  'audit.yaml': 'automation: audit.log\nsteps:\n  - log: seen\n',
  'slow.yaml': `automation: slow
policy: {}
steps:
  - wait: 300ms
  - return: { text: done }
`,
};

let program: Program;

beforeAll(async () => {
  program = await Program.start({ automations, env: { HOOKWRIGHT_TRUSTED_PROXIES: '127.0.0.1' } });
});

afterAll(() => program[Symbol.asyncDispose]());

/** The command line against the running server. */
async function cli(...argv: string[]): Promise<string> {
  return (await run(process.execPath, [MAIN, ...argv], { cwd: program.dir })).stdout;
}

async function cliJson(...argv: string[]): Promise<any> {
  return JSON.parse(await cli(...argv, '--json'));
}

async function create(file: string): Promise<any> {
  writeFileSync(join(program.dir, 'hook.yaml'), file);
  return cliJson('webhook', 'create', '--file', 'hook.yaml');
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function eventOf(response: Response): Promise<any> {
  return program.api('GET', `/events/${response.headers.get('x-hookwright-event')}`);
}

describe('the page on webhooks', () => {
  const made = new Map<string, any>();

  test('has files that can be made as they stand, and that are told as they were given', async () => {
    expect(files.length).toBe(6);
    for (const file of files) {
      const webhook = await create(file);
      made.set(webhook.name, webhook);
    }
    expect(made.get('orders')).toMatchObject({
      methods: ['POST'],
      content_types: ['application/json'],
      paths: false,
      limits: { rate: '100/min', per_client: '20/min', concurrent: 10 },
      map: { id: { from: 'json.order.id' }, total: { from: 'json.order.total', default: 0 } },
      forward: 'order.received',
      account: 'main_shop',
    });
    expect(made.get('public-form').limits.rate).toBe('600/min burst 50');
  });

  test('tells what a run and a condition see of a map', async () => {
    const { url } = made.get('orders');
    const paid = await post(url, { order: { id: 7, total: 3 } });
    expect(await paid.json()).toEqual({ data: { id: 7, total: 3 }, account: 'main_shop' });
    expect((await post(url, { order: { id: 8 } })).status).toBe(204);
    expect(await cli('event', 'show', paid.headers.get('x-hookwright-event') ?? '')).toContain(
      '\nevent.data\n  id: 7\n  total: 3\n',
    );
  });

  test('tells what is refused, and how', async () => {
    const { url } = made.get('events');
    const put = await fetch(url, { method: 'DELETE' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, PUT']);
    expect(await put.json()).toEqual({
      error: { code: 'request.method_not_allowed', message: 'Expected POST or PUT, got DELETE.' },
    });
    const text = await post(url, 'x', { 'content-type': 'text/plain' });
    expect([text.status, text.headers.get('accept-post')]).toEqual([
      415,
      'application/json, application/*',
    ]);
    expect(await text.json()).toEqual({
      error: {
        code: 'request.unsupported_media_type',
        message: 'Expected a body of application/json or application/*+json, got "text/plain".',
      },
    });
    expect((await post(url, '{}', { 'content-type': 'application/a+json; x=1' })).status).toBe(202);
    expect((await fetch(url, { method: 'POST' })).status).toBe(202);
    const [below, unknown] = await Promise.all(
      [`${url}/a`, `${program.url}/webhooks/${'0'.repeat(40)}/a`].map(async (target) => {
        const answer = await post(target, '{}');
        const { date: _, ...headers } = Object.fromEntries(answer.headers);
        return { status: answer.status, headers, body: await answer.text() };
      }),
    );
    expect(below).toEqual(unknown);
    const { events } = await program.api('GET', '/events?webhook=events');
    expect(events).toHaveLength(2);
  });

  test('tells of required values, and nothing is stored without them', async () => {
    const { url } = made.get('cart');
    const refused = await post(url, { user: { phone: '1' } });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual({
      error: {
        code: 'request.incomplete',
        message: 'Expected a value at headers.x-topic, got none.',
      },
    });
    const taken = await post(
      `${url}?page=2`,
      { cart: { items: [{ sku: 'A' }] } },
      { 'X-Topic': 't' },
    );
    expect((await eventOf(taken)).data).toEqual({
      first_item: 'A',
      coupon: 'none',
      topic: 't',
      page: '2',
      account: 'shop_eu',
    });
    expect((await program.api('GET', '/events?webhook=cart')).events).toHaveLength(1);
  });

  test('tells that what is forwarded starts automations of the topic', async () => {
    const { url } = made.get('leads');
    const body = new URLSearchParams({ email: 'joe@example.com' });
    expect((await fetch(`${url}?team=core`, { method: 'POST', body })).status).toBe(202);
    const logs = await eventually(
      async () => {
        const { runs } = await program.api('GET', '/runs?automation=lead.count');
        if (runs.length === 0) return [];
        return (await program.api('GET', `/runs/${runs[0].id}`)).logs;
      },
      (lines) => lines.length > 0,
    );
    expect(logs[0].text).toBe('joe@example.com is number 1');
  });

  test('lets no caller write what is Hookwright’s own to tell', async () => {
    const forward = 'hookwright.hook.disabled';
    const refused = await program.fetchApi('POST', '/webhooks', { forward });
    expect(refused.status).toBe(422);
    expect(((await refused.json()) as any).error.message).toBe(
      'Expected forward to be a topic such as order.paid that does not begin with hookwright., got "hookwright.hook.disabled".',
    );
  });

  test('tells of accounts, which no two have in common', async () => {
    const twice = await program.fetchApi('POST', '/webhooks', { account: 'shop_no' });
    expect(twice.status).toBe(409);
    expect(await twice.json()).toMatchObject({ error: { code: 'webhook.account_taken' } });
    for (const account of ['Shop', 'shop-no', '', 'å', 'a'.repeat(65)]) {
      const wrong = await program.fetchApi('POST', '/webhooks', { account });
      expect(wrong.status).toBe(422);
    }
  });
});

describe('limits', () => {
  test('answer 429 with the seconds to wait, by client behind a proxy, and store nothing', async () => {
    const { url, id } = await create('name: limited\nlimits: { rate: 5/day, per_client: 2/day }');
    const from = (ip: string): Promise<Response> => post(url, '{}', { 'x-forwarded-for': ip });
    const answers = [await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1')];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    const wait = Number(answers[2]?.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(43_000);
    expect(wait).toBeLessThanOrEqual(43_200);
    expect(await answers[2]?.json()).toEqual({
      error: {
        code: 'request.rate_limited',
        message: `Expected fewer requests, got one too many. Try again in ${wait} s.`,
      },
    });
    const others = await Promise.all(['a::1', 'a::2', 'a:0:0:1::1', 'a:0:0:2::1'].map(from));
    expect(others.map(({ status }) => status).sort()).toEqual([202, 202, 202, 429]);
    expect((await program.api('GET', '/events?webhook=limited')).events).toHaveLength(5);
    // The refused ones have no lines of their own. A later request's line comes after all of theirs.
    const later = await program.api('POST', '/webhooks', {});
    await post(later.url, '{}');
    await eventually(
      () => program.log('request'),
      (written) => written.some(({ webhook }) => webhook === later.id),
    );
    const lines = program.log('request').filter(({ webhook }) => webhook === id);
    expect(lines.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
  });

  test('count requests until they are answered, and changes count at once', async () => {
    const { url } = await create(
      'name: busy\nbindings: [{ automation: slow }]\nlimits: { concurrent: 1 }',
    );
    const statuses = async (): Promise<number[]> => {
      const answers = await Promise.all([post(url, '{}'), post(url, '{}')]);
      return answers.map(({ status }) => status).sort();
    };
    expect(await statuses()).toEqual([200, 429]);
    expect(await statuses()).toEqual([200, 429]);
    await cli('webhook', 'edit', 'busy', '--concurrent', '2');
    expect(await statuses()).toEqual([200, 200]);
    await cli('webhook', 'edit', 'busy', '--unset', 'limits');
    expect((await cliJson('webhook', 'show', 'busy')).limits).toBeNull();
  });
});

/**
 * The steps of a bot platform's "Custom Webhook": an account's name, paths for sender and source, other
 * parameters such as the account's name, a URL to copy, a second account, and its events activated for each
 * account.
 */
describe('a bot platform’s custom webhook', () => {
  const account = (name: string): string => `name: Custom webhook ${name}
account: ${name}
methods: [POST]
content_types: [application/json]
map:
  sender: { from: json.user.phone, required: true }
  source: json.channel.id
  status: json.payment.status
  account: webhook.account
forward: custom_webhook.${name}
`;
  const activate = (name: string): string => `automation: bot.${name}
trigger: topic
on: custom_webhook.${name}
policy: { state: [bot/*] }
steps:
  - state:
      set: "bot/\${{ event.data.sender }}"
      value: \${{ event.data }}
  - log: \${{ event.data.account }} tells \${{ event.data.sender }} on \${{ event.data.source }} that it is \${{ event.data.status }}
`;
  const payload = {
    user: { phone: '4712345678' },
    channel: { id: 'wa' },
    payment: { status: 'paid' },
  };

  async function told(name: string): Promise<string[]> {
    const { runs } = await program.api('GET', `/runs?automation=bot.${name}`);
    const shown = await Promise.all(
      runs.map(({ id }: { id: string }) => program.api('GET', `/runs/${id}`)),
    );
    return shown.flatMap(({ logs }) => logs.map(({ text }: { text: string }) => text));
  }

  test('is set up account by account, and each account’s events by themselves', async () => {
    const one = await create(account('pay_1'));
    const two = await create(account('pay_2'));
    const list = await cli('webhook', 'list');
    for (const { url } of [one, two]) expect(list).toContain(url);
    await expect(create(account('pay_2').replace('name: Custom', 'name: Other'))).rejects.toThrow(
      'Expected an account that no webhook of its kind has, got \\"pay_2\\"',
    );

    // Events of the first account alone are activated.
    writeFileSync(join(program.dir, 'automations', 'bot.yaml'), activate('pay_1'));
    await eventually(
      async () => (await program.api('GET', '/automations')).automations,
      (found) => found.some(({ name }: { name: string }) => name === 'bot.pay_1'),
    );
    for (const { url } of [one, two]) expect((await post(url, payload)).status).toBe(202);
    const texts = await eventually(
      () => told('pay_1'),
      (found) => found.length > 0,
    );
    expect(texts).toEqual(['pay_1 tells 4712345678 on wa that it is paid']);
    expect(await told('pay_2')).toEqual([]);
    expect((await post(one.url, { channel: {} })).status).toBe(422);
  });

  test('loses nothing that it acknowledged when the process is killed, and tells it once', async () => {
    const { url } = await program.api('GET', '/webhooks/Custom%20webhook%20pay_1');
    const eventsPath = '/events?webhook=Custom%20webhook%20pay_1&limit=200';
    const before = (await told('pay_1')).length;
    const eventsBefore = (await program.api('GET', eventsPath)).events.length;
    const sent = Array.from({ length: 20 }, (_, i) =>
      post(url, { ...payload, user: { phone: `${i}` } }).then(
        ({ status }) => (status === 202 ? i : undefined),
        () => undefined,
      ),
    );
    await Promise.race(sent);
    await program.stop('SIGKILL');
    const acknowledged = (await Promise.all(sent)).filter((i) => i !== undefined);
    program = await Program.start({ dir: program.dir });
    expect(acknowledged.length).toBeGreaterThan(0);
    const stored = (await program.api('GET', eventsPath)).events.length - eventsBefore;
    expect(stored).toBeGreaterThanOrEqual(acknowledged.length);
    const texts = await eventually(
      () => told('pay_1'),
      (found) => found.length >= before + stored,
    );
    expect(texts).toHaveLength(before + stored);
    for (const i of acknowledged) {
      const text = `pay_1 tells ${i} on wa that it is paid`;
      expect(texts.filter((one) => one === text)).toHaveLength(1);
    }
  });
});

test('a client rate of the server counts for webhooks that have none of their own', async () => {
  await using limited = await Program.start({ env: { HOOKWRIGHT_CLIENT_RATE: '2/day' } });
  const { url } = await limited.api('POST', '/webhooks', {});
  const free = await limited.api('POST', '/webhooks', { limits: { per_client: 'none' } });
  for (const [target, last] of [
    [url, 429],
    [free.url, 202],
  ]) {
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await post(target, '{}')).status);
    expect(statuses).toEqual([202, 202, last]);
  }
});
