// What the proof of a source costs: requests per second signed as GitHub does, of a webhook with that source
// against one on the same server without. The load repeats one request, so it carries no id of a delivery.
import { createHmac } from 'node:crypto';
import { compare, load } from './load.js';
import { startHookwright } from './servers.js';
import { smallBody } from './throughput.js';

const SECONDS = 3;
const ROUNDS = 5;
const LEAST = 0.85;

const ECHO = `automation: bench.echo
steps:
  - return: { json: "\${{ request.json }}" }
`;
const bindings = [{ automation: 'bench.echo' }];
const SECRET = 'a secret that GitHub has too';

export async function source(report) {
  const server = await startHookwright({ 'echo.yaml': ECHO });
  try {
    const body = smallBody();
    const hash = createHmac('sha256', SECRET).update(body).digest('hex');
    const headers = { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hash}` };
    await server.api('PUT', '/secrets/GITHUB', { value: SECRET });
    const measure = async (settings) => {
      const { url } = await server.api('POST', '/webhooks', { bindings, ...settings });
      return () => load(server.url, [new URL(url).pathname], body, SECONDS, headers);
    };
    const contenders = {
      open: await measure({}),
      proven: await measure({ source: { preset: 'github', secrets: { secret: 'GITHUB' } } }),
    };
    await compare(contenders, 1); // warm up
    const rates = await compare(contenders, ROUNDS);
    report({
      title: 'signed as GitHub does, of a webhook without a source',
      ratio: rates.proven / rates.open,
      least: LEAST,
      detail: `${rates.proven.toFixed(0)}/s against ${rates.open.toFixed(0)}/s`,
    });
  } finally {
    await server.stop();
  }
}
