// What a webhook's settings cost: requests per second with limits and allow lists, and with a map, against
// a webhook on the same server that has neither.
import { compare, load } from './load.js';
import { startHookwright } from './servers.js';
import { smallBody } from './throughput.js';

const SECONDS = 3;
const ROUNDS = 5;

const ECHO = `automation: bench.echo
steps:
  - return: { json: "\${{ request.json }}" }
`;
const bindings = [{ automation: 'bench.echo' }];
const LIMITED = {
  methods: ['POST'],
  content_types: ['application/json'],
  limits: { rate: '1000000/s', per_client: '1000000/s', concurrent: 1000 },
};
const MAPPED = { map: { id: 'json.id', customer: 'json.customer', sku: 'json.lines[0].sku' } };

export async function intake(report) {
  const server = await startHookwright({ 'echo.yaml': ECHO });
  try {
    const measure = async (settings) => {
      const { url } = await server.api('POST', '/webhooks', { bindings, ...settings });
      return () => load(server.url, [new URL(url).pathname], smallBody(), SECONDS);
    };
    const contenders = {
      plain: await measure({}),
      limited: await measure(LIMITED),
      mapped: await measure(MAPPED),
    };
    await compare(contenders, 1); // warm up
    const rates = await compare(contenders, ROUNDS);
    for (const [name, title, least] of [
      ['limited', 'limits, methods and content types', 0.95],
      ['mapped', 'three values mapped', 0.85],
    ]) {
      report({
        title: `${title}, of a webhook without`,
        ratio: rates[name] / rates.plain,
        least,
        detail: `${rates[name].toFixed(0)}/s against ${rates.plain.toFixed(0)}/s`,
      });
    }
  } finally {
    await server.stop();
  }
}
