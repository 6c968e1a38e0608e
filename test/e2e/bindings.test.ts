import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, Program } from './program.ts';

const GREET = `automation: greet
inputs:
  greeting: { type: string, default: Hello }
steps:
  - return: { text: "\${{ inputs.greeting }}, \${{ request.query.name ?? 'world' }}" }
`;
const NOTE = `automation: note
steps:
  - log: seen \${{ request.method }}
`;

let program: Program;

beforeAll(async () => {
  program = await Program.start({ automations: { 'greet.yaml': GREET, 'note.yaml': NOTE } });
});

afterAll(() => program[Symbol.asyncDispose]());

async function webhook(bindings: readonly Record<string, unknown>[]): Promise<string> {
  return (await program.api('POST', '/webhooks', { bindings })).url;
}

/** An event once its runs have ended. */
async function ended(response: Response): Promise<Record<string, any>> {
  const id = response.headers.get('x-hookwright-event');
  return eventually(
    () => program.api('GET', `/events/${id}`),
    ({ status }) => status !== 'pending',
  );
}

test('the first binding whose `when` is true answers, with its own inputs', async () => {
  const url = await webhook([
    { automation: 'greet', disabled: true, inputs: { greeting: 'Never' } },
    { automation: 'greet', when: "${{ request.method === 'PUT' }}", inputs: { greeting: 'Put' } },
    {
      automation: 'greet',
      when: '${{ request.query.lang === inputs.greeting }}',
      inputs: { greeting: 'Bonjour' },
    },
    { automation: 'greet' },
  ]);
  expect(await (await fetch(url, { method: 'PUT' })).text()).toBe('Put, world');
  expect(await (await fetch(`${url}?lang=Bonjour&name=Joe`)).text()).toBe('Bonjour, Joe');
  expect(await (await fetch(url)).text()).toBe('Hello, world');
});

test('bindings marked `also` run besides', async () => {
  const url = await webhook([{ automation: 'note', also: true }, { automation: 'greet' }]);
  const response = await fetch(url);
  expect(await response.text()).toBe('Hello, world');
  const { runs } = await ended(response);
  expect(runs.map(({ automation }: { automation: string }) => automation).sort()).toEqual([
    'greet',
    'note',
  ]);
});

test('an event that no binding wants is filtered and gets 204', async () => {
  const url = await webhook([
    { automation: 'greet', when: "${{ request.json?.kind === 'order' }}" },
  ]);
  const response = await fetch(url, { method: 'POST', body: '{"kind":"ping"}' });
  expect(response.status).toBe(204);
  expect(await ended(response)).toMatchObject({ status: 'filtered', runs: [] });
});

test('a draft with mistakes is refused with all of them', async () => {
  const response = await program.fetchApi('POST', '/webhooks', {
    bindings: [
      { automation: 'gret' },
      { automation: 'greet', when: '${{ requst.method }}', inputs: { greetin: 'x' } },
    ],
  });
  expect(response.status).toBe(422);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).toContain('Did you mean "greet"?');
  expect(error.message).toContain('Did you mean "request"?');
  expect(error.message).toContain('greetin');
});

test('a webhook whose automation has gone can be paused and renamed, and bound to another', async () => {
  const source = 'automation: fleeting\nsteps:\n  - return: { text: here }\n';
  await program.api('PUT', '/automations/fleeting', { source });
  const url = await webhook([{ automation: 'fleeting' }]);
  const path = `/webhooks/${url.split('/').at(-1)}`;
  await program.api('DELETE', '/automations/fleeting');
  expect((await fetch(url)).status).toBe(500);
  expect(await program.api('PATCH', path, { paused: true })).toMatchObject({ paused: true });
  expect((await fetch(url)).status).toBe(404);
  await program.api('PATCH', path, { name: 'shelved', limits: { rate: '1/s' } });
  const again = { bindings: [{ automation: 'fleeting' }] };
  expect((await program.fetchApi('PATCH', path, again)).status).toBe(422);
  await program.api('PATCH', path, { paused: false, bindings: [{ automation: 'greet' }] });
  expect(await (await fetch(url)).text()).toBe('Hello, world');
});

test('a webhook that acknowledges answers 202 and runs', async () => {
  const { url } = await program.api('POST', '/webhooks', {
    respond: 'ack',
    bindings: [{ automation: 'greet' }],
  });
  const response = await fetch(url);
  expect(response.status).toBe(202);
  expect(await ended(response)).toMatchObject({ status: 'done', runs: [{ status: 'succeeded' }] });
});

test('a webhook is reached by its id and its token, though another is called so', async () => {
  const { id, url } = await program.api('POST', '/webhooks', {});
  for (const ref of [id, url.slice(-40)]) {
    await program.api('POST', '/webhooks', { name: ref });
    expect((await program.api('GET', `/webhooks/${ref}`)).id).toBe(id);
  }
});

test('a rotated token makes the old URL unknown', async () => {
  const { id, url } = await program.api('POST', '/webhooks', {
    bindings: [{ automation: 'greet' }],
  });
  const rotated = await program.api('POST', `/webhooks/${id}/rotate`);
  expect((await fetch(url)).status).toBe(404);
  expect((await fetch(rotated.url)).status).toBe(200);
});
