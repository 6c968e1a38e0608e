import { request } from 'node:http';
import { HookwrightError } from '../core/errors.ts';
import type { Answer } from '../core/run.ts';
import type { RequestDraft } from '../source/sign/draft.ts';

/** Longer than any answer's deadline (`HOOKWRIGHT_ANSWER_DEADLINE`). */
const ANSWER_MS_MAX = 310_000;
/** Bytes of an answer that is shown. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** What the connection says of itself; a captured request's headers, sent again, have another's. */
const FRAMING: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'expect'],
]);

/**
 * Sends a request to this process's own listener, and nowhere else: the outbound client refuses to go
 * there, and what is sent may hold a secret. Throws `server.unreachable`.
 *
 * @param address where it listens, such as `http://127.0.0.1:8420`
 * @param base what stands before `/webhooks/…` in the draft's URL
 */
export function sendToOwn(address: string, base: string, draft: RequestDraft): Promise<Answer> {
  const { method, url, headers, body } = draft;
  const own = pairs(headers).filter(([name]) => !FRAMING.has(name.toLowerCase()));
  const flat = [
    ...['host', new URL(url).host, 'content-length', String(body.length)],
    ...own.flatMap(([name, value]) => [name, bytesText(value)]),
  ];
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        new HookwrightError('server.unreachable', `Expected an answer from ${address}, got none.`, {
          cause,
          next: 'The log of the server says more.',
        }),
      );
    const sent = request(
      reachable(address),
      {
        method,
        path: url.slice(base.length),
        headers: flat,
        timeout: ANSWER_MS_MAX,
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > ANSWER_BYTES_MAX) sent.destroy(new RangeError('The answer is too large.'));
          else chunks.push(chunk);
        });
        incoming.on('error', fail);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: pairs(incoming.rawHeaders),
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('The server did not answer in time.')));
    sent.on('error', fail);
    sent.end(body);
  });
}

/** A listener on every interface is reached on the machine's own. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

/** As curl and most senders write it: UTF-8, of which Node takes each byte as a character. */
function bytesText(value: string): string {
  return Buffer.from(value).toString('latin1');
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));
}
