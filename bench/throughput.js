// Requests per second, captured durably, run in the sandbox and answered, against a bare Hono handler
// that builds the same answer.
import examples from '@octokit/webhooks-examples' with { type: 'json' };
import { compare, costText, loadAndCost } from './load.js';
import { startBare, startHookwright } from './servers.js';

const SECONDS = 4;
const ROUNDS = 5;

const ECHO = `automation: bench.echo
steps:
  - return: { json: "\${{ request.json }}" }
`;
const GITHUB = `automation: bench.github
steps:
  - return:
      json:
        action: \${{ request.json.action }}
        title: \${{ request.json.pull_request.title }}
        repository: \${{ request.json.repository.full_name }}
`;

/** 1.2 kB, as an order or a chat message is. */
export function smallBody() {
  const lines = Array.from({ length: 12 }, (_, n) => ({
    sku: `ARTICLE-${1000 + n}`,
    quantity: n + 1,
    price: 1299 + n,
    name: 'A thing to sell',
  }));
  return JSON.stringify({ id: 4711, status: 'paid', customer: 'joe@example.com', lines });
}

/** One of GitHub's published payloads of about 25 kB, compact as GitHub sends it. */
export function githubBody() {
  const { examples: payloads } = examples.find(({ name }) => name === 'pull_request');
  const texts = payloads.map((payload) => JSON.stringify(payload));
  return texts.reduce((best, text) =>
    Math.abs(text.length - 25_000) < Math.abs(best.length - 25_000) ? text : best,
  );
}

export async function throughput(report) {
  const bare = await startBare();
  const server = await startHookwright({ 'echo.yaml': ECHO, 'github.yaml': GITHUB });
  try {
    for (const [title, name, body, least] of [
      ['1.2 kB JSON, echoed', 'echo', smallBody(), 0.8],
      ['GitHub payload, three fields read', 'github', githubBody(), 0.6],
    ]) {
      const { url } = await server.api('POST', '/webhooks', {
        name,
        bindings: [{ automation: `bench.${name}` }],
      });
      const path = new URL(url).pathname;
      const [bareCosts, costs] = [0, 1].map(() => ({ all: [], main: [] }));
      const contenders = {
        bare: () => loadAndCost(bare, [`/${name}`], body, SECONDS, bareCosts),
        hookwright: () => loadAndCost(server, [path], body, SECONDS, costs),
      };
      await compare(contenders, 1); // warm up
      const rates = await compare(contenders, ROUNDS);
      report({
        title: `${title} (${body.length} bytes)`,
        ratio: rates.hookwright / rates.bare,
        least,
        detail: `${rates.hookwright.toFixed(0)}/s against ${rates.bare.toFixed(0)}/s; ${costText(costs, bareCosts)}`,
      });
    }
  } finally {
    await bare.stop();
    await server.stop();
  }
}
