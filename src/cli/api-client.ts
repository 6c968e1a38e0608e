import { ERRORS, type ErrorCode, HookwrightError } from '../core/errors.ts';
import type { Connection } from './connect.ts';

/** The API as commands call it: JSON in and out, errors of the catalogue thrown. */
export class ApiClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether a running server answers. */
  get running(): boolean {
    return this.#connection.running;
  }

  /**
   * The answer's JSON; `T` is what the API says it is (`http/api/represent.ts`).
   *
   * @throws HookwrightError what the API answered, or `server.unreachable`
   */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.open(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return (await answer.json()) as T;
  }

  async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.open(path)).arrayBuffer());
  }

  /** The answer itself, where it is a success. */
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    let answer: Response;
    try {
      answer = await this.#connection.fetch(path, init);
    } catch (error) {
      throw new HookwrightError('server.unreachable', `The server went away: ${reason(error)}.`, {
        next: 'Its log says why. Try again when it runs.',
        cause: error,
      });
    }
    if (answer.ok) return answer;
    throw await errorOf(answer);
  }
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
}

async function errorOf(answer: Response): Promise<HookwrightError> {
  const body = (await answer.json().catch(() => undefined)) as
    | { readonly error?: { code?: string; message?: string; next?: string } }
    | undefined;
  const { code = '', message = `The server answered ${answer.status}.`, next } = body?.error ?? {};
  // A newer server may know codes that this client does not.
  const known: ErrorCode = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'internal';
  return new HookwrightError(known, message, next === undefined ? {} : { next });
}
