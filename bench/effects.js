// Requests per second of a run with one `http` effect, written to the journal before and after, against a
// Hono handler that makes the same call with the same client and keeps no record.
import { compare, costText, loadAndCost } from './load.js';
import { startHookwright, startScript } from './servers.js';
import { smallBody } from './throughput.js';

const SECONDS = 4;
const ROUNDS = 5;

const file = (name) => new URL(name, import.meta.url).pathname;

function calling(target) {
  return `automation: bench.call
policy: { http: [ "POST ${target}" ] }
steps:
  - http:
      method: POST
      url: ${target}
      json: { id: "\${{ request.json.id }}", status: "\${{ request.json.status }}" }
    as: reply
  - return: { json: { ref: "\${{ reply.json.ref }}" } }
`;
}

export async function effects(report) {
  const receiver = await startScript(file('receiver.js'));
  const target = `${receiver.url}/orders`;
  const bare = await startScript(file('calling-server.js'), target);
  const server = await startHookwright(
    { 'call.yaml': calling(target) },
    { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.1' },
  );
  try {
    const { url } = await server.api('POST', '/webhooks', {
      bindings: [{ automation: 'bench.call' }],
    });
    const path = new URL(url).pathname;
    const [bareCosts, costs] = [0, 1].map(() => ({ all: [], main: [] }));
    const contenders = {
      bare: () => loadAndCost(bare, ['/call'], smallBody(), SECONDS, bareCosts),
      hookwright: () => loadAndCost(server, [path], smallBody(), SECONDS, costs),
    };
    await compare(contenders, 1); // warm up
    const rates = await compare(contenders, ROUNDS);
    report({
      title: 'a run with one `http` effect, of a hand-written handler that makes the same call',
      ratio: rates.hookwright / rates.bare,
      least: 0.4,
      detail: `${rates.hookwright.toFixed(0)}/s against ${rates.bare.toFixed(0)}/s; ${costText(costs, bareCosts)}`,
    });
  } finally {
    await server.stop();
    await bare.stop();
    await receiver.stop();
  }
}
