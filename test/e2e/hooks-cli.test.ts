import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CapturedOutput, FakeShell } from '../cli/fake.ts';
import { eventually, Program } from './program.ts';
import { Receiver } from './receiver.ts';

let program: Program;

beforeAll(async () => {
  program = await Program.start({ env: { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' } });
});

afterAll(() => program[Symbol.asyncDispose]());

/** A command line on the running server. */
function shellOf(): FakeShell {
  const shell = new FakeShell();
  shell.env = { HOOKWRIGHT_DATA_DIR: join(program.dir, 'data') };
  shell.fetch = (url, init) => fetch(url, init);
  return shell;
}

async function hookwright(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return shellOf().run(...argv);
}

describe('the commands of hooks', () => {
  test('make a hook, show its secret once, and never its headers’ values', async () => {
    const file = join(program.dir, 'headers.txt');
    writeFileSync(file, 'authorization: Bearer abc\nx-shop: 7\n');
    const made = await hookwright(
      ...['hook', 'create', 'https://example.com/in', '--name', 'made', '--topic', 'order.*'],
      ...['--headers-file', file, '--retries', '5s,5m', '--rate', '10/s', '--failures', '7'],
      ...['--alert', 'ops@example.com', '--success', '2xx,301', '--ordered'],
    );
    expect(made.code, made.err).toBe(0);
    expect(made.out).toMatch(/\nSecret, shown this once: whsec_\S{44}\n$/);
    const { out } = await hookwright('hook', 'show', 'made');
    expect(out).toContain('headers   authorization, x-shop\n');
    expect(out).toContain('repeats   after 5s, 5m\n');
    expect(out).toContain('disabled  after 7 failures in a row, or 5d of nothing but failures\n');
    expect(out).toContain('at once   1, in order\n');
    expect(out).not.toMatch(/whsec_|Bearer/);
    // Set, and of no use: this server has no mail server.
    expect(out).toMatch(/warning +Its alerts are not mailed, because HOOKWRIGHT_SMTP_URL/);
    const edited = await hookwright(
      'hook',
      'edit',
      'made',
      '--rate',
      'none',
      '--no-ordered',
      '--json',
    );
    expect(JSON.parse(edited.out)).toMatchObject({
      rate: null,
      ordered: false,
      success: ['2xx', '301'],
      topics: ['order.*'],
      headers: ['authorization', 'x-shop'],
    });
    const rotated = await hookwright('hook', 'rotate', 'made', '--keep-previous', '0');
    expect(rotated.out).toMatch(/^made has another secret\.\nSecret, shown this once: whsec_/);
  });

  test('tell everything that is wrong with one', async () => {
    const { code, err } = await hookwright(
      ...['hook', 'create', 'ftp://example.com/path-that-is-secret', '--topic', 'a..b'],
      ...['--concurrency', '99', '--alert', 'nobody', '--success', 'ok'],
    );
    expect(code).toBe(2);
    expect(err).toContain('expected url to be an http or https URL without user name');
    expect(err).not.toContain('path-that-is-secret');
    for (const name of ['topics', 'alerts', 'success', 'concurrency']) {
      expect(err).toContain(`Expected ${name} to be `);
    }
    const profile = await hookwright('hook', 'create', 'https://a.example', '--profile', 'standrd');
    expect(profile.err).toContain('Did you mean "standard"?');
    const pirsch = await hookwright('hook', 'create', 'http://a.example', '--profile', 'pirsch');
    expect(pirsch.err).toContain('expected url to be an https URL');
    expect((await hookwright('hook', 'show', 'mde')).code).toBe(5);
    const header = await hookwright(
      'hook',
      'create',
      'https://a.example',
      '--header',
      'Bearer abc',
    );
    expect(header).toMatchObject({ code: 2, err: expect.not.stringContaining('abc') });
  });

  test('ping a hook, and say what came back', async () => {
    const receiver = await Receiver.open();
    await hookwright('hook', 'create', receiver.url, '--name', 'pinged');
    const good = await hookwright('hook', 'ping', 'pinged');
    expect(good.code, good.err).toBe(0);
    expect(good.out).toMatch(/> webhook-topic +hookwright\.ping\n/);
    expect(good.out).toMatch(/got +204 after \d+ ms/);
    receiver.behave = (response) => response.writeHead(500).end('down \x1b[31mred');
    const bad = await hookwright('hook', 'ping', 'pinged');
    expect(bad.code).toBe(8);
    expect(bad.out).toContain('down \\u001b[31mred');
    await hookwright('hook', 'pause', 'pinged');
    receiver.behave = (response) => response.writeHead(204).end();
    const paused = await hookwright('hook', 'ping', 'pinged');
    expect(paused.code, paused.err).toBe(0);
    expect((await hookwright('hook', 'list')).out).toMatch(/pinged +paused +standard/);
  });

  test('send, list and show messages and deliveries, again and not at all', async () => {
    const receiver = await Receiver.open();
    receiver.behave = (response) => response.writeHead(400).end('no');
    await hookwright(
      'hook',
      'create',
      receiver.url,
      '--name',
      'h',
      '--topic',
      'cli.*',
      '--retries',
      'none',
    );
    const send = ['message', 'send', 'cli.thing', '--data', '{"n":1}', '--key', 'k1'];
    const id = (await hookwright(...send)).out.trim();
    expect(id).toMatch(/^msg_/);
    expect((await hookwright(...send)).out).toBe(`${id} was sent before.\n`);
    const other = await hookwright(
      'message',
      'send',
      'cli.thing',
      '--data',
      '{"n":2}',
      '--key',
      'k1',
    );
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('Idempotency-Key') });
    const reserved = await hookwright('message', 'send', 'hookwright.hook.disabled');
    expect(reserved.err).toContain('one that does not begin with hookwright.');
    const shown = await eventually(
      () => hookwright('message', 'show', id),
      ({ out }) => out.includes('failed'),
    );
    expect(shown.out).toContain('"n": 1');
    const delivery = /dlv_\w+/.exec(shown.out)![0];
    const detail = await hookwright('delivery', 'show', delivery);
    expect(detail.out).toMatch(
      /attempt 1 .*\n.*POST http:\/\/127[\s\S]*got +400 after \d+ ms[\s\S]*\nno\n/,
    );
    receiver.behave = (response) => response.writeHead(200).end();
    expect(
      (await hookwright('delivery', 'resend', '--failed-since', '1h', '--hook', 'h')).out,
    ).toBe('Deliveries to send again: 1.\n');
    await eventually(
      () => receiver.accepted.length,
      (count) => count === 1,
    );
    await eventually(
      () => hookwright('delivery', 'list', '--hook', 'h', '--status', 'succeeded'),
      ({ out }) => out.includes(delivery),
    );
    expect((await hookwright('delivery', 'resend', delivery)).out).toMatch(
      / is (pending|sending)\.\n$/,
    );
    await eventually(
      () => receiver.accepted.length,
      (count) => count === 2,
    );
    await hookwright('hook', 'pause', 'h');
    await hookwright('message', 'send', 'cli.held');
    expect((await hookwright('delivery', 'cancel', '--all-of', 'h', '--yes')).out).toBe(
      'Deliveries cancelled: 1.\n',
    );
    expect((await hookwright('message', 'list', '--topic', 'cli.held')).out).toMatch(
      /emit +cli\.held +4 +-/,
    );
    expect((await hookwright('delivery', 'cancel')).err).toContain('got neither');
  });

  test('print attempts as they are made', async () => {
    const receiver = await Receiver.open();
    await hookwright('hook', 'create', receiver.url, '--name', 'live', '--topic', 'live.*');
    const shell = shellOf();
    const out = new CapturedOutput();
    const tailing = shell.runWith(
      out,
      new CapturedOutput(),
      'delivery',
      'list',
      '--tail',
      '--hook',
      'live',
    );
    await eventually(
      async () => {
        if (out.text === '') await hookwright('message', 'send', 'live.now');
        return out.text;
      },
      (text) => text !== '',
    );
    expect(out.text).toMatch(/ {2}live {2}live\.now {2}#1 {2}204 {2}\d+ ms {2}dlv_/);
    shell.ended.abort();
    expect(await tailing).toBe(0);
  });

  test('delete one, some or all, after a question', async () => {
    for (const name of ['x1', 'x2', 'y']) {
      await hookwright('hook', 'create', 'https://example.com', '--name', name);
    }
    expect((await hookwright('hook', 'delete')).err).toContain('got none');
    expect((await hookwright('hook', 'delete', 'y', '--all')).err).toContain('got more than one');
    expect((await hookwright('hook', 'delete', 'y')).err).toContain('expected --yes');
    expect((await hookwright('hook', 'delete', '--like', 'x*', '--yes')).out).toBe(
      'x1 is deleted.\nx2 is deleted.\n',
    );
    expect((await hookwright('hook', 'delete', '--like', 'x*', '--yes')).err).toContain(
      'no such hook',
    );
    expect((await hookwright('hook', 'delete', '--all', '--yes')).out).toContain('y is deleted.\n');
    expect((await hookwright('hook', 'list')).out).toContain('There are no hooks.');
  });
});

test('the commands of tokens make one and show it once, list them, and delete one after a question', async () => {
  const made = await hookwright(
    'token',
    'create',
    'shop',
    '--scope',
    'track',
    '--scope',
    'messages',
  );
  expect(made.code, made.err).toBe(0);
  const [, token] = /^shop may messages, track\.\nToken, shown this once: (hwt_\w{40})\n$/.exec(
    made.out,
  )!;
  const listed = await hookwright('token', 'list');
  expect(listed.out).toMatch(/shop +messages, track +\d{4}-\S+ +tok_\w{26}\n/);
  expect(listed.out).not.toContain(token);
  expect((await hookwright('token', 'create', 'shop', '--scope', 'track')).code).toBe(2);
  expect((await hookwright('token', 'create', 'other', '--scope', 'all')).err).toContain(
    'messages, track',
  );
  expect((await hookwright('token', 'create', 'other')).err).toContain('--scope');
  expect((await hookwright('token', 'delete', 'shop')).err).toContain('expected --yes');
  expect((await hookwright('token', 'delete', 'shop', '--yes')).out).toBe('shop is deleted.\n');
  expect((await hookwright('token', 'delete', 'shop', '--yes')).code).toBe(5);
  expect((await hookwright('token', 'list')).out).toContain('There are no tokens.');
});
