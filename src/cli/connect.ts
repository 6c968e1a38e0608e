import { readServerNote, type ServerNote } from '../app/server-note.ts';
import type { App } from '../app.ts';
import type { Config } from '../config/config.ts';
import { HookwrightError } from '../core/errors.ts';
import { API_PATH } from '../http/api/api-path.ts';
import type { Surroundings } from './surroundings.ts';

/** A server on this machine answers in a millisecond; one that needs longer than this hangs. */
const PROBE_TIMEOUT_MS = 5_000;

/**
 * How often a command tries to have a data folder that is in use, by another command or by a server that has just
 * begun to start. Each try waits half a second for the lock, so that the last has waited for more than 4 s.
 */
const IN_USE_TRIES_MAX = 8;

/** The API of a data folder, wherever it is served. */
export interface Connection {
  /** Whether a running server answers, which alone can tell of events as they come. */
  readonly running: boolean;
  /** Whether the data folder was begun for this, empty. */
  readonly isNew: boolean;
  /** A request to a path below `/api/v1`, with the token. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/**
 * The API of the server that runs on the data folder or, where none does, the same API in this process.
 * A note that a killed server left behind counts as none.
 *
 * @throws HookwrightError `server.unreachable` where the server takes the connection and stays silent,
 *   `data.in_use` where another process keeps the folder
 */
export async function connect(config: Config, surroundings: Surroundings): Promise<Connection> {
  for (let tries = 1; ; tries++) {
    const served = await connectToServer(config, surroundings);
    if (served !== undefined) return served;
    try {
      return await connectInProcess(config, surroundings);
    } catch (error) {
      const isInUse = error instanceof HookwrightError && error.code === 'data.in_use';
      if (!isInUse || tries === IN_USE_TRIES_MAX) throw error;
    }
  }
}

/** The running server's API, or `undefined` where none runs. */
export async function connectToServer(
  config: Config,
  surroundings: Surroundings,
): Promise<Connection | undefined> {
  const note = readServerNote(config.dataDir);
  if (!isNote(note) || !(await answers(note, surroundings))) return undefined;
  return {
    running: true,
    isNew: false,
    fetch: (path, init) => call(note, surroundings, path, init),
    close: async () => {},
  };
}

async function connectInProcess(config: Config, surroundings: Surroundings): Promise<Connection> {
  const app: App = await surroundings.startApp(config, { listen: false });
  return {
    running: false,
    isNew: app.isNew,
    fetch: (path, init) => {
      const url = new URL(API_PATH + path, 'http://127.0.0.1');
      return app.fetch(new Request(url, authorized(init, app.apiToken)));
    },
    close: () => app.close(),
  };
}

function isNote(note: ServerNote | undefined): note is ServerNote {
  return typeof note?.url === 'string' && URL.canParse(note.url) && typeof note.token === 'string';
}

/** Whether this note's own server answers: another one on the same port refuses the token. */
async function answers(note: ServerNote, surroundings: Surroundings): Promise<boolean> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const answer = await call(note, surroundings, '/server', { signal });
    await answer.arrayBuffer();
    return answer.ok;
  } catch (error) {
    if (!signal.aborted) return false;
    throw new HookwrightError(
      'server.unreachable',
      `Expected the server at ${note.url} to answer within ${PROBE_TIMEOUT_MS / 1000} s, got nothing.`,
      {
        next: `Its process is ${note.pid}. If it hangs, stop it and start it again.`,
        cause: error,
      },
    );
  }
}

function call(
  note: ServerNote,
  surroundings: Surroundings,
  path: string,
  init?: RequestInit,
): Promise<Response> {
  return surroundings.fetch(new URL(API_PATH + path, note.url).href, authorized(init, note.token));
}

function authorized(init: RequestInit = {}, token: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return { ...init, headers };
}
