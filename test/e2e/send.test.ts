import { afterAll, beforeAll, expect, test } from 'vitest';
import { Program } from './program.ts';

let program: Program;

beforeAll(async () => {
  const echo = 'automation: echo\nsteps:\n  - return: { json: { ok: true } }\n';
  program = await Program.start({ automations: { 'echo.yaml': echo } });
});

afterAll(() => program[Symbol.asyncDispose]());

test('webhook send may give any header that can be sent, and is told of one that cannot', async () => {
  await program.api('PUT', '/secrets/UMLAUT', { value: 'geheim-€-für-uns' });
  const source = { preset: 'gitlab', secrets: { secret: 'UMLAUT' } };
  const { id } = await program.api('POST', '/webhooks', {
    source,
    bindings: [{ automation: 'echo' }],
  });
  const send = (headers: unknown) => program.fetchApi('POST', `/webhooks/${id}/send`, { headers });
  // As they stand in a request that was captured.
  const framing = [
    ['Host', 'gitlab.example'],
    ['Content-Length', '4711'],
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'close'],
    ['X-Team', 'Küche €'],
  ];
  expect(await (await send(framing)).json()).toMatchObject({ status: 200 });
  const [{ id: event }] = (await program.api('GET', `/events?webhook=${id}`)).events;
  const { headers } = await program.api('GET', `/events/${event}`);
  const sent = headers.find(([name]: [string]) => name === 'X-Team')[1];
  expect(Buffer.from(sent, 'latin1').toString()).toBe('Küche €');
  for (const pair of [
    ['X-Team', 'core\r\nX-Gitlab-Token: other'],
    ['X Team', 'core'],
  ]) {
    const refused = await send([pair]);
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as any).error.code).toBe('request.malformed');
  }
  await program.api('PUT', '/secrets/UMLAUT', { value: 'two\nlines' });
  const unsent = await send([]);
  expect(((await unsent.json()) as any).error).toMatchObject({
    code: 'source.unsigned',
    message: expect.stringContaining('X-Gitlab-Token'),
  });
});
