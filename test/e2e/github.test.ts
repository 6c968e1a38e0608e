import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import examples from '@octokit/webhooks-examples';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUTOMATIONS, Program } from './program.ts';

/** Reads a few fields of any payload, as routers do: the host sends the sandbox those only. */
const DIGEST = `automation: digest
steps:
  - return:
      json:
        event: \${{ request.header('X-GitHub-Event') }}
        action: \${{ request.json.action ?? null }}
        repository: \${{ request.json.repository?.full_name ?? null }}
        sender: \${{ request.json.sender?.login ?? null }}
`;
const WHOLE = `automation: whole
steps:
  - return: { json: "\${{ request.json }}" }
`;

let program: Program;
let urls: { digest: string; whole: string; triage: string };

beforeAll(async () => {
  const triage = readFileSync(join(AUTOMATIONS, 'github.issue.triage.yaml'), 'utf8');
  program = await Program.start({
    automations: { 'digest.yaml': DIGEST, 'whole.yaml': WHOLE, 'triage.yaml': triage },
  });
  urls = {
    digest: await program.webhook('digest'),
    whole: await program.webhook('whole'),
    triage: await program.webhook('github.issue.triage'),
  };
});

afterAll(() => program[Symbol.asyncDispose]());

/** As the package really is; its types speak of a default export. */
const published = examples as unknown as readonly {
  readonly name: string;
  readonly examples: readonly Record<string, any>[];
}[];

const payloads = published.flatMap(({ name, examples: list }) =>
  list.map((payload) => ({ name, payload })),
);

function post(url: string, event: string, payload: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-github-event': event },
    body: JSON.stringify(payload),
  });
}

test('there are payloads to test with', () => {
  expect(payloads.length).toBeGreaterThan(100);
});

test('the fields read of every published payload are right', async () => {
  for (const { name, payload } of payloads) {
    const response = await post(urls.digest, name, payload);
    expect(await response.json()).toEqual({
      event: name,
      action: payload.action ?? null,
      repository: payload.repository?.full_name ?? null,
      sender: payload.sender?.login ?? null,
    });
  }
});

test('every published payload comes back whole', async () => {
  for (const { name, payload } of payloads) {
    const response = await post(urls.whole, name, payload);
    expect(await response.json()).toEqual(payload);
  }
});

test('issues are sorted, and everything else is passed over', async () => {
  for (const { name, payload } of payloads) {
    const answer = await (await post(urls.triage, name, payload)).json();
    if (name === 'ping') expect(answer).toEqual({ pong: true });
    else if (name !== 'issues' || payload.action !== 'opened')
      expect(answer).toEqual({ ignored: true });
    else {
      expect(answer).toMatchObject({
        repository: payload.repository.full_name,
        issue: payload.issue.number,
        title: payload.issue.title,
      });
    }
  }
});
