import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { EventBriefJson } from '../../http/api/represent/event.ts';
import { ApiClient } from '../api-client.ts';
import { connectToServer } from '../connect.ts';
import { requestLine, runsText, webhookText } from '../event-text.ts';
import { readEventStream } from '../read-event-stream.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printableLine } from '../style.ts';

/** A server that restarts is back within a second; one that does not is asked gently. */
const RECONNECT_FIRST_MS = 500;
const RECONNECT_MOST_MS = 5_000;

export function addEventTail(parent: Command, attach: Attach): void {
  const command = parent
    .command('tail')
    .description('Print events as they come, until Ctrl-C.')
    .option('--webhook <webhook>', 'only those of this webhook: its name, id or token');
  addDataSettings(command);
  attach(command, (session) => new Tail(session).follow());
}

/** Follows the stream of a running server, over its restarts. */
class Tail {
  readonly #session: Session;
  #lastId = '';
  #waitMs = RECONNECT_FIRST_MS;

  constructor(session: Session) {
    this.#session = session;
  }

  async follow(): Promise<void> {
    const { ended, sleep } = this.#session.surroundings;
    if (!(await this.#attempt())) throw noServer(this.#session.config().dataDir);
    while (!ended.aborted) {
      this.#session.note('the server went away; waiting for it to come back.');
      do {
        await sleep(this.#waitMs, ended);
        this.#waitMs = Math.min(RECONNECT_MOST_MS, this.#waitMs * 2);
      } while (!ended.aborted && !(await this.#attempt()));
    }
  }

  /** Prints until the stream ends. Gives `false` where there is no server. */
  async #attempt(): Promise<boolean> {
    const { surroundings, options } = this.#session;
    const connection = await connectToServer(this.#session.config(), surroundings);
    if (connection === undefined) return false;
    const query = new URLSearchParams();
    if (typeof options.webhook === 'string') query.set('webhook', options.webhook);
    const answer = await new ApiClient(connection).open(`/events/stream?${query}`, {
      signal: surroundings.ended,
      headers: this.#lastId === '' ? {} : { 'last-event-id': this.#lastId },
    });
    this.#waitMs = RECONNECT_FIRST_MS;
    try {
      await this.#print(answer);
    } catch (error) {
      // A cut connection is no failure: the server may be restarting.
      if (!(error instanceof TypeError) && !surroundings.ended.aborted) throw error;
    }
    return true;
  }

  async #print(answer: Response): Promise<void> {
    for await (const { event, data, id } of readEventStream(answer.body as ReadableStream)) {
      if (event === 'missed') {
        const { missed } = JSON.parse(data) as { missed: number };
        this.#session.note(`${missed} events came too fast to be shown.`);
      }
      if (event !== 'event') continue;
      if (id > this.#lastId) this.#lastId = id;
      this.#line(data);
    }
  }

  #line(data: string): void {
    if (this.#session.json) {
      this.#session.print(data);
      return;
    }
    const event = JSON.parse(data) as EventBriefJson;
    if (event.status === 'pending') return; // Its end is told too.
    const { style } = this.#session;
    const failed = event.runs.some(({ status }) => status === 'failed');
    this.#session.print(
      [
        style('dim', event.received_at),
        printableLine(webhookText(event)),
        style('cyan', printableLine(requestLine(event))),
        style(failed ? 'red' : 'green', printableLine(runsText(event))),
        style('dim', event.id),
      ].join('  '),
    );
  }
}

function noServer(dataDir: string): HookwrightError {
  return new HookwrightError(
    'server.unreachable',
    `Expected a running server on the data folder ${dataDir}, got none.`,
    { next: 'Start one with `hookwright serve`, or name its folder with --data-dir.' },
  );
}
