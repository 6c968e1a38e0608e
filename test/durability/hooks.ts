import type { Listening } from './life.ts';

/** Where each hook's deliveries go at the receiver: `/hook/NAME`. */
export const HOOK_PATH = '/hook/';

/** Hooks of a world: all get every message of orders and notes. The receiver fails `flaky` a few times. */
const HOOKS = [
  { name: 'plain' },
  { name: 'ordered', ordered: true },
  { name: 'flaky', retries: Array.from({ length: 10 }, () => '100ms') },
] as const;

/** Under what messages of the API are sent; no automation waits for it. */
const NOTE_TOPIC = 'note.made';

/** Makes the hooks by the API of a running server. Returns their secrets by name. */
export async function createHooks(
  listening: Listening,
  receiver: string,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const plan of HOOKS) {
    const url = `${receiver}${HOOK_PATH}${plan.name}`;
    const hook = { ...plan, topics: ['order.*', 'note.*'], url };
    const answer = await post(listening, '/hooks', hook);
    secrets.set(plan.name, ((await answer.json()) as { secret: string }).secret);
  }
  return secrets;
}

/**
 * Sends messages by the API, one after the other, until the other side is gone or all are sent.
 *
 * @returns the ids of those that were acknowledged
 */
export async function sendMessages(
  listening: Listening,
  count: number,
  gone: () => boolean,
): Promise<readonly string[]> {
  const ids: string[] = [];
  try {
    for (let n = 0; n < count && !gone(); n++) {
      const answer = await post(listening, '/messages', { topic: NOTE_TOPIC, data: { n } });
      // From the first line on the sender counts on it; without the id it cannot be looked for.
      const { id } = (await answer.json()) as { id: string };
      if (answer.status === 201) ids.push(id);
    }
  } catch {
    // It was killed.
  }
  return ids;
}

function post({ url, token }: Listening, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
