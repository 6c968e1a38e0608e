import { HookwrightError } from '../core/errors.ts';
import { ApiClient } from './api-client.ts';
import { connectToServer } from './connect.ts';
import { readEventStream } from './read-event-stream.ts';
import type { Session } from './session.ts';

/** A server that restarts is back within a second; one that does not is asked gently. */
const RECONNECT_FIRST_MS = 500;
const RECONNECT_MOST_MS = 5_000;

export interface StreamSource {
  /** Below `/api/v1`. */
  readonly path: string;
  /** The name of its notices, and what they are called in a sentence. */
  readonly event: string;
  readonly plural: string;
  /** Prints the JSON of one. */
  readonly line: (data: string) => void;
}

/** Follows a live stream of a running server, over its restarts, until the session ends. */
export class StreamFollower {
  readonly #session: Session;
  readonly #source: StreamSource;
  #lastId = '';
  #waitMs = RECONNECT_FIRST_MS;

  constructor(session: Session, source: StreamSource) {
    this.#session = session;
    this.#source = source;
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
    const { surroundings } = this.#session;
    const connection = await connectToServer(this.#session.config(), surroundings);
    if (connection === undefined) return false;
    const answer = await new ApiClient(connection).open(this.#source.path, {
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
    const { event: name, plural, line } = this.#source;
    for await (const { event, data, id } of readEventStream(answer.body as ReadableStream)) {
      if (event === 'missed') {
        const { missed } = JSON.parse(data) as { missed: number };
        this.#session.note(`${missed} ${plural} came too fast to be shown.`);
      }
      if (event !== name) continue;
      if (id > this.#lastId) this.#lastId = id;
      if (this.#session.json) this.#session.print(data);
      else line(data);
    }
  }
}

function noServer(dataDir: string): HookwrightError {
  return new HookwrightError(
    'server.unreachable',
    `Expected a running server on the data folder ${dataDir}, got none.`,
    { next: 'Start one with `hookwright serve`, or name its folder with --data-dir.' },
  );
}
