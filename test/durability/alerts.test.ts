import { once } from 'node:events';
import net from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../outbound/parts.ts';
import { eventually, Server } from './server.ts';

/** The first wait before a mail is tried again. */
const RETRY_MS = 60_000;

/** A mail server on a port, with the subjects and ids that it took. */
async function mailServer(port: number): Promise<{ taken: string[]; stop: () => Promise<void> }> {
  const taken: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk;
      });
      stream.on('end', () => {
        taken.push(/^Message-ID: (.*)$/im.exec(text)?.[1] ?? text);
        done();
      });
    },
  });
  server.on('error', () => {}); // Clients that were killed.
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(stop);
  return { taken, stop };
}

async function api(
  { url, token }: { url: string; token: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<any> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

test('an alert that the mail server has not taken outlives a kill, and is sent by the next process', async () => {
  await using server = new Server();
  const smtp = await closedPort();
  const env = {
    HOOKWRIGHT_SMTP_URL: `smtp://127.0.0.1:${smtp}`,
    HOOKWRIGHT_MAIL_FROM: 'hooks@example.com',
  };
  const { life, listening } = await server.start(0, { env });
  await api(listening, 'POST', '/hooks', {
    name: 'dead',
    url: `http://127.0.0.1:${await closedPort()}`,
    topics: ['a.*'],
    failures: 1,
    alerts: ['ops@example.com'],
  });
  await api(listening, 'POST', '/messages', { topic: 'a.b' });
  // The mail server is down: the first try has failed.
  await eventually(
    () => life.output,
    (output) => output.includes('alert.unsent'),
  );
  await server.stop('SIGKILL');

  // One that takes connections and says nothing: the process is killed in the middle of the second try.
  const silent = net.createServer();
  silent.listen(smtp, '127.0.0.1');
  const connected = once(silent, 'connection');
  await server.start(RETRY_MS + 1000, { env });
  const [socket] = (await connected) as [net.Socket];
  await server.stop('SIGKILL');
  socket.destroy();
  await new Promise((resolve) => silent.close(resolve));

  const mail = await mailServer(smtp);
  await server.start(RETRY_MS * 12, { env });
  await eventually(
    () => mail.taken,
    (taken) => taken.length > 0,
  );
  expect(mail.taken).toEqual([expect.stringMatching(/^<msg_[0-9A-Z]{26}@example\.com>$/)]);
  expect(await server.stop('SIGTERM')).toBe(0);

  // It is over: not even much later is it sent again.
  const { listening: last } = await server.start(RETRY_MS * 1000, { env });
  await api(last, 'GET', '/hooks');
  await server.stop('SIGTERM');
  expect(mail.taken).toHaveLength(1);
});
