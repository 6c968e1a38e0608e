import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { NewMessage } from '../../src/core/message.ts';
import { Alerts } from '../../src/engine/hooks/alerts.ts';
import { openMailer } from '../../src/mail/smtp.ts';
import { hookOf, profiles } from '../hook/parts.ts';

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** A mail server that remembers what it took; it refuses as long as it is told to. */
async function mailServer(refuse: () => boolean = () => false) {
  const taken: Taken[] = [];
  const users: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onAuth({ username = '', password }, _session, done) {
      users.push(`${username}:${password}`);
      done(null, { user: username });
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuse()) return done(new Error('try later'));
        const { mailFrom, rcptTo } = envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { taken, users, url: (login = '') => `smtp://${login}127.0.0.1:${port}` };
}

const hook = hookOf(profiles.get('standard'), { alerts: ['ops@example.com', 'me@example.com'] });

function notice(topic: string, facts: Record<string, unknown>): NewMessage {
  const data = { failures: 5, failing_since: null, status: 500, error: null, delivery: 'dlv_1' };
  const body = JSON.stringify({ ...data, ...facts });
  return { id: 'msg_1', kind: 'emit', to: topic, data: body, createdAt: 0 };
}

test('a mail goes to all of its addresses, with the login of the URL', async () => {
  const server = await mailServer();
  const mailer = openMailer(server.url('bot:p%40ss@'), 'hooks@example.com');
  await mailer.send({ to: ['a@example.com', 'b@example.com'], subject: 'Grüße', text: 'Hello.' });
  expect(server.users).toEqual(['bot:p@ss']);
  expect(server.taken).toMatchObject([
    { from: 'hooks@example.com', to: ['a@example.com', 'b@example.com'] },
  ]);
  expect(server.taken[0]!.text).toContain('Hello.');
  mailer.close();
});

test('alerts say what has happened to the hook and what to do, and nothing of its URL', async () => {
  const server = await mailServer();
  const lines: unknown[][] = [];
  const log = { write: (...line: unknown[]) => lines.push(line) };
  const mailer = openMailer(server.url(), 'hooks@example.com');
  const alerts = new Alerts({ mailer, timer: () => () => {}, log });
  alerts.tell(
    [
      notice('hookwright.hook.disabled', { reason: 'failures' }),
      notice('hookwright.hook.failing', { percent: 75 }),
      notice('hookwright.hook.recovered', {}),
      notice('hookwright.delivery.failed', {}),
    ],
    hook,
  );
  alerts.tell([notice('hookwright.hook.disabled', {})], { ...hook, alerts: [] });
  await expect.poll(() => server.taken.length).toBe(3);
  const texts = server.taken.map(({ text }) => decoded(text)).join('\n');
  expect(texts).toContain('Subject: [Hookwright] The hook "warehouse" is disabled');
  expect(texts).toContain('because its attempts failed too often in a row.');
  expect(texts).toContain('has gone 75 % of the way to being disabled.');
  expect(texts).toContain('Subject: [Hookwright] The hook "warehouse" works again');
  expect(texts).toContain('the answer had status 500');
  expect(texts).not.toContain('example.com/in');
  expect(server.taken[0]!.to).toEqual(['ops@example.com', 'me@example.com']);
  alerts.close();
});

/** With encoded words (RFC 2047) as the texts that they are, on one line. */
function decoded(mail: string): string {
  return mail
    .replaceAll('\r\n', '\n')
    .replace(/\?=\s+=\?UTF-8\?Q\?/g, '')
    .replace(/=\?UTF-8\?Q\?(.*?)\?=/g, (_, word: string) =>
      decodeURIComponent(word.replaceAll('_', ' ').replaceAll('=', '%')),
    )
    .replace(/=\n/g, '')
    .replace(/\s+/g, ' ');
}

test('a mail that the server does not take is sent again later, a few times', async () => {
  let refusals = 2;
  const server = await mailServer(() => refusals-- > 0);
  const waits: number[] = [];
  const timer = (ms: number, wake: () => void) => {
    waits.push(ms);
    setImmediate(wake);
    return () => {};
  };
  const log = { write: () => {} };
  const alerts = new Alerts({ mailer: openMailer(server.url(), 'h@example.com'), timer, log });
  alerts.tell([notice('hookwright.hook.disabled', {})], hook);
  await expect.poll(() => server.taken.length).toBe(1);
  expect(waits).toEqual([60_000, 600_000]);
  refusals = 99;
  alerts.tell([notice('hookwright.hook.disabled', {})], hook);
  await expect.poll(() => waits.length).toBe(5);
  expect(server.taken).toHaveLength(1);
  alerts.close();
});
