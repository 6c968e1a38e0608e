import { Agent, request } from 'node:http';
import type { Draft } from './workload.ts';

/** What a sender knows of its request. */
export interface Sent extends Draft {
  /** Absent where no answer came. */
  status?: number;
  eventId?: string;
  /** Absent where the answer's body was cut off. */
  answer?: string;
}

/** Sends requests, some at a time, until the other side is gone or all are sent. */
export async function sendAll(
  urls: Readonly<Record<string, string>>,
  requests: readonly Sent[],
  atOnce: number,
  gone: () => boolean,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const waiting = [...requests];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !gone(); next = waiting.shift()) {
      await send(agent, urls[next.webhook] ?? '', next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  agent.destroy();
}

/** Resolves when it is over, however it ended. */
function send(agent: Agent | undefined, url: string, sent: Sent): Promise<void> {
  return new Promise((resolve) => {
    const headers = { 'content-length': sent.body.length, 'x-n': String(sent.n) };
    const outgoing = request(`${url}/n/${sent.n}?n=${sent.n}`, { method: 'POST', agent, headers });
    outgoing.on('error', () => resolve());
    outgoing.on('response', (response) => {
      // From the first line on the sender counts on it.
      sent.status = response.statusCode ?? 0;
      sent.eventId = String(response.headers['x-hookwright-event']);
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', () => resolve());
      response.on('end', () => {
        if (response.complete) sent.answer = text;
      });
      response.on('close', () => resolve());
    });
    outgoing.end(sent.body);
  });
}
