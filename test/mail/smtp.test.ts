import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { Hook } from '../../src/core/hook.ts';
import type { NewMessage } from '../../src/core/message.ts';
import { Alerts } from '../../src/engine/hooks/alerts.ts';
import type { Alert, AlertStore } from '../../src/engine/ports/hook-store.ts';
import { openMailer } from '../../src/mail/smtp.ts';
import { hookOf, profiles } from '../hook/parts.ts';

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** A mail server that remembers what it took; it refuses as long as it is told to. */
async function mailServer(refuse: () => boolean = () => false, unknown: readonly string[] = []) {
  const taken: Taken[] = [];
  const users: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onAuth({ username = '', password }, _session, done) {
      users.push(`${username}:${password}`);
      done(null, { user: username });
    },
    onRcptTo({ address }, _session, done) {
      done(unknown.includes(address) ? new Error('no such user') : undefined);
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

/** Alerts whose waits pass at once. */
function open(store: MemoryAlerts, url: string, find: () => Hook | undefined = () => hook) {
  const lines: unknown[][] = [];
  const sleeps: number[] = [];
  const alerts = new Alerts({
    store,
    hooks: { find },
    mailer: openMailer(url, 'hooks@example.com'),
    clock: () => store.now,
    timer: (ms, wake) => {
      sleeps.push(ms);
      store.now += ms;
      setImmediate(wake);
      return () => {};
    },
    log: { write: (...line: unknown[]) => lines.push(line) },
  });
  return { alerts, lines, sleeps };
}

/** What `test/contract/deliveries.ts` asks of a store, in memory. */
class MemoryAlerts implements AlertStore {
  readonly rows = new Map<string, { notice: NewMessage; tries: number; dueAt: number }>();
  now = 0;
  /** When something was taken. */
  readonly takenAt: number[] = [];
  /** Calls that fail. */
  fails = 0;

  /** Between what was taken since the last call. */
  waits(): number[] {
    const times = this.takenAt.splice(0);
    return times.slice(1).map((at, index) => at - times[index]!);
  }

  add(...notices: readonly NewMessage[]): void {
    for (const one of notices) this.rows.set(one.id, { notice: one, tries: 0, dueAt: this.now });
  }

  async takeAlerts(now: number, waitsMs: readonly number[], countMax: number): Promise<Alert[]> {
    if (this.fails-- > 0) throw new Error('disk full');
    const due = [...this.rows.values()].filter(({ dueAt }) => dueAt <= now).slice(0, countMax);
    if (due.length > 0) this.takenAt.push(now);
    return due.map((row) => {
      row.dueAt = now + (waitsMs[row.tries] ?? waitsMs.at(-1) ?? 0);
      row.tries += 1;
      return { notice: row.notice, hookId: hook.id, tries: row.tries };
    });
  }

  async endAlert(noticeId: string): Promise<void> {
    this.rows.delete(noticeId);
  }

  async nextAlert(): Promise<number | undefined> {
    const dues = [...this.rows.values()].map(({ dueAt }) => dueAt);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }
}

let notices = 0;

function notice(topic: string, facts: Record<string, unknown>): NewMessage {
  const data = { failures: 5, failing_since: null, status: 500, error: null, delivery: 'dlv_1' };
  const body = JSON.stringify({ ...data, ...facts });
  return { id: `msg_${++notices}`, kind: 'emit', to: topic, data: body, createdAt: 0 };
}

test('a mail goes to all of its addresses, with the login of the URL', async () => {
  const server = await mailServer();
  const mailer = openMailer(server.url('bot:p%40ss@'), 'hooks@example.com');
  await mailer.send({
    id: 'msg_1',
    to: ['a@example.com', 'b@example.com'],
    subject: 'Grüße',
    text: 'Hello.',
  });
  expect(server.users).toEqual(['bot:p@ss']);
  expect(server.taken).toMatchObject([
    { from: 'hooks@example.com', to: ['a@example.com', 'b@example.com'] },
  ]);
  expect(server.taken[0]!.text).toContain('Hello.');
  expect(server.taken[0]!.text).toContain('Message-ID: <msg_1@example.com>');
  mailer.close();
});

test('an address that the mail server does not take is told, and the others get the mail', async () => {
  const server = await mailServer(() => false, ['me@example.com']);
  const store = new MemoryAlerts();
  store.add(notice('hookwright.hook.disabled', {}));
  const { alerts, lines } = open(store, server.url());
  alerts.look();
  await expect.poll(() => store.rows.size).toBe(0);
  expect(server.taken.map(({ to }) => to)).toEqual([['ops@example.com']]);
  const reason = 'Recipient command failed: 550 no such user';
  expect(lines).toMatchObject([
    ['warn', 'alert.refused', { refused: [{ address: 'me@example.com', reason }] }],
    ['info', 'alert.mailed', {}],
  ]);
  await alerts.close();
});

test('a mailer that is closed breaks off what it sends', async () => {
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const mailer = openMailer(`smtp://127.0.0.1:${port}`, 'hooks@example.com');
  const sending = mailer.send({ id: 'msg_1', to: ['a@example.com'], subject: 's', text: 't' });
  const [socket] = (await once(silent, 'connection')) as [net.Socket];
  mailer.close();
  await expect(sending).rejects.toThrow();
  socket.destroy();
});

test('alerts say what has happened to the hook and what to do, and nothing of its URL', async () => {
  const server = await mailServer();
  const store = new MemoryAlerts();
  store.add(
    notice('hookwright.hook.disabled', { reason: 'failures' }),
    notice('hookwright.hook.failing', { percent: 75 }),
    notice('hookwright.hook.recovered', {}),
  );
  const { alerts } = open(store, server.url());
  alerts.look();
  await expect.poll(() => store.rows.size).toBe(0);
  const texts = server.taken.map(({ text }) => decoded(text)).join('\n');
  expect(texts).toContain('Subject: [Hookwright] The hook "warehouse" is disabled');
  expect(texts).toContain('because its attempts failed too often in a row.');
  expect(texts).toContain(`hookwright hook resume ${hook.id} --missed-since 1d`);
  expect(texts).toContain('has gone 75 % of the way to being disabled.');
  expect(texts).toContain('Subject: [Hookwright] The hook "warehouse" works again');
  expect(texts).toContain('the answer had status 500');
  expect(texts).not.toContain('example.com/in');
  expect(server.taken.map(({ to }) => to)).toEqual([1, 2, 3].map(() => hook.alerts));
  await alerts.close();
});

test('alerts of hooks that are gone or have no addresses any more are not sent', async () => {
  for (const found of [undefined, { ...hook, alerts: [] }]) {
    const server = await mailServer();
    const store = new MemoryAlerts();
    store.add(notice('hookwright.hook.disabled', {}));
    const { alerts } = open(store, server.url(), () => found);
    alerts.look();
    await expect.poll(() => store.rows.size).toBe(0);
    expect(server.taken).toEqual([]);
    await alerts.close();
  }
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

test('a mail that the server does not take is sent again later, and given up in the end', async () => {
  let refusals = 2;
  const server = await mailServer(() => refusals-- > 0);
  const store = new MemoryAlerts();
  const { alerts, lines, sleeps } = open(store, server.url());
  store.add(notice('hookwright.hook.disabled', {}));
  alerts.look();
  await expect.poll(() => server.taken.length).toBe(1);
  await expect.poll(() => store.rows.size).toBe(0);
  expect(store.waits()).toEqual([60_000, 600_000]);
  refusals = 99;
  store.add(notice('hookwright.hook.disabled', {}));
  alerts.look();
  await expect.poll(() => store.rows.size).toBe(0);
  expect(store.waits()).toEqual([60_000, 600_000, 3_600_000, 21_600_000]);
  // Never long: whoever sleeps does not see that the clock is set.
  expect(Math.max(...sleeps)).toBe(60_000);
  expect(server.taken).toHaveLength(1);
  expect(lines.at(-1)).toMatchObject(['error', 'alert.unsent', { isLast: true }]);
  await alerts.close();
});

test('a store that fails is told, and asked again', async () => {
  const server = await mailServer();
  const store = new MemoryAlerts();
  store.add(notice('hookwright.hook.disabled', {}));
  store.fails = 1;
  const { alerts, lines } = open(store, server.url());
  alerts.look();
  await expect.poll(() => server.taken.length).toBe(1);
  expect(lines[0]).toMatchObject(['error', 'alerts.failed', { error: new Error('disk full') }]);
  await alerts.close();
});
