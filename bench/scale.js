// Memory and speed with 10,000 webhooks and 1,000 automations loaded.
import { compare, load } from './load.js';
import { residentBytes, startHookwright } from './servers.js';
import { smallBody } from './throughput.js';

const WEBHOOKS = 10_000;
const AUTOMATIONS = 1_000;
const SECONDS = 4;
const ROUNDS = 5;

/** Each a little different, so that no two share a program. */
function automation(n) {
  return `automation: bench.scale.${n}
description: Automation ${n} of many
steps:
  - set:
      order: \${{ request.json }}
      total: \${{ order.lines.reduce((sum, line) => sum + line.price * line.quantity, ${n}) }}
  - if: \${{ total < 0 }}
    then:
      - fail: { message: "Nothing to pay", status: 422 }
  - return: { json: { order: "\${{ order.id }}", total: "\${{ total }}", by: ${n} } }
`;
}

export async function scale(report) {
  const files = Object.fromEntries(
    Array.from({ length: AUTOMATIONS }, (_, n) => [`scale-${n}.yaml`, automation(n)]),
  );
  const one = await startHookwright({ 'scale-0.yaml': automation(0) });
  const many = await startHookwright(files);
  try {
    const [path] = await createWebhooks(one, 1, 1);
    const paths = await createWebhooks(many, WEBHOOKS, AUTOMATIONS);
    const body = smallBody();
    const contenders = {
      one: () => load(one.url, [path], body, SECONDS),
      many: () => load(many.url, paths, body, SECONDS),
    };
    await compare(contenders, 2); // warm up: every automation is reached at least once
    const rates = await compare(contenders, ROUNDS);
    report({
      title: `${WEBHOOKS} webhooks and ${AUTOMATIONS} automations in turn, against one webhook`,
      ratio: rates.many / rates.one,
      least: 0.9,
      detail: `${rates.many.toFixed(0)}/s against ${rates.one.toFixed(0)}/s`,
    });
    const megabytes = residentBytes(many.pid) / 1024 / 1024;
    report({
      title: 'resident memory then, of 400 MB',
      ratio: megabytes / 400,
      most: 1,
      detail: `${megabytes.toFixed(0)} MB`,
    });
  } finally {
    await one.stop();
    await many.stop();
  }
}

async function createWebhooks(server, count, automations) {
  const paths = [];
  for (let n = 0; n < count; n++) {
    const { url } = await server.api('POST', '/webhooks', {
      name: `Webhook ${n}`,
      bindings: [{ automation: `bench.scale.${n % automations}` }],
    });
    paths.push(new URL(url).pathname);
  }
  return paths;
}
