import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Listening } from './life.ts';
import { bytes, integer, pick, type Random } from './random.ts';

const N = '${{ request.json.n }}';

/** What the steps of every automation may reach. */
function head(name: string, receiver: string, more = ''): string {
  return `automation: ${name}
${more}policy:
  http: ["POST ${receiver}/**"]
  state: ["seen/**"]
  hooks: ["order.*"]
  functions: [price]
steps:
`;
}

function post(receiver: string, path: string, more = ''): string {
  return `http: { method: POST, url: "${receiver}/${path}", json: { path: "${path}" }${more} }`;
}

/** YAML by name. A state key \`seen/KIND/N\` counts how often the run of the request N came by. */
function automations(receiver: string): Readonly<Record<string, string>> {
  const to = (path: string, more?: string): string => post(receiver, path, more);
  return {
    pure: `${head('pure', receiver)}
  - return: { status: 200, json: { n: "${N}", id: "\${{ uuid() }}" } }
`,
    order: `${head('order', receiver)}
  - ${to(`order/${N}`)}
    as: reply
  - state: { increment: "seen/order/${N}" }
  - emit: { topic: order.taken, data: { n: "${N}" } }
  - return: { status: 201, json: { n: "${N}", count: "\${{ reply.json.count }}", id: "\${{ uuid() }}" } }
`,
    listener: `${head('listener', receiver, 'trigger: topic\non: order.*\n')}
  - state: { increment: "seen/listener/\${{ event.data.n }}" }
  - ${to('listener/${{ event.data.n }}')}
`,
    parallel: `${head('parallel', receiver)}
  - respond: { status: 202, json: { n: "${N}" } }
  - parallel:
      left:
        - ${to(`left/${N}`)}
      right:
        - ${to(`right/${N}`)}
      count:
        - state: { increment: "seen/parallel/${N}" }
      pause:
        - wait: 150ms
  - call: price
    with: { n: "${N}" }
    as: price
  - ${to(`after/${N}`)}
`,
    price: `${head('price', receiver, 'trigger: function\ninputs: { n: number }\n')}
  - ${to('price/${{ inputs.n }}')}
  - state: { increment: "seen/price/\${{ inputs.n }}" }
  - wait: 100ms
  - return: { value: "\${{ inputs.n * 2 }}" }
`,
    late: `${head('late', receiver)}
  - wait: 300ms
  - ${to(`late/${N}`)}
  - state: { increment: "seen/late/${N}" }
`,
    flaky: `${head('flaky', receiver, 'retry: { attempts: 4, backoff: fixed }\n')}
  - ${to(`flaky/${N}`, ', retry: { attempts: 2, backoff: fixed }')}
  - state: { increment: "seen/flaky/${N}" }
`,
    doomed: `${head('doomed', receiver)}
  - respond: { status: 202 }
  - ${to(`doomed/${N}`)}
`,
    hold: `${head('hold', receiver)}
  - respond: { status: 202 }
  - ${to(`hold/${N}`, ', in_doubt: hold')}
  - state: { increment: "seen/hold/${N}" }
`,
  };
}

export interface WebhookPlan {
  readonly name: string;
  readonly respond: 'run' | 'ack';
  readonly bindings: readonly { readonly automation: string; readonly also?: boolean }[];
}

export const bound = (name: string, respond: 'run' | 'ack' = 'run'): WebhookPlan => ({
  name,
  respond,
  bindings: [{ automation: name }],
});

/** Each is named after the automations that an event of it runs, but for the first, which has none. */
export const WEBHOOKS: readonly WebhookPlan[] = [
  { name: 'capture', respond: 'run', bindings: [] },
  bound('pure'),
  bound('order'),
  bound('parallel'),
  bound('late', 'ack'),
  bound('flaky', 'ack'),
  bound('doomed'),
  bound('hold'),
  {
    name: 'order+late+pure',
    respond: 'run',
    bindings: ['order', 'late', 'pure'].map((automation, i) => ({ automation, also: i > 0 })),
  },
];

/** Makes webhooks by the API of a running server. Returns their paths by name. */
export async function createWebhooks(
  { url, token }: Listening,
  plans: readonly WebhookPlan[],
): Promise<Readonly<Record<string, string>>> {
  const paths: Record<string, string> = {};
  for (const plan of plans) {
    const response = await fetch(`${url}/api/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(plan),
    });
    paths[plan.name] = new URL(((await response.json()) as { url: string }).url).pathname;
  }
  return paths;
}

export function automationsOf(webhook: string): readonly string[] {
  return webhook === 'capture' ? [] : webhook.split('+');
}

/** How a run of the automation may end; whatever it is, it ends. */
export const ENDS: Readonly<Record<string, readonly string[]>> = {
  doomed: ['effect.failed'],
  hold: ['succeeded', 'effect.in_doubt'],
};

/** How often one life may send the same effect: a step may retry where it knows the reply. */
export const TRIES: Readonly<Record<string, number>> = { flaky: 2 };

export function writeAutomations(dir: string, receiver: string): void {
  mkdirSync(join(dir, 'automations'), { recursive: true });
  for (const [name, yaml] of Object.entries(automations(receiver))) {
    writeFileSync(join(dir, 'automations', `${name}.yaml`), yaml);
  }
}

export interface Draft {
  readonly n: number;
  readonly webhook: string;
  readonly body: Buffer;
}

/** Bytes of the largest body that only has to be captured: several pages of the database. */
const CAPTURED_BYTES_MAX = 40_000;

export function draft(random: Random, n: number): Draft {
  const { name: webhook } = pick(random, WEBHOOKS);
  const body =
    webhook === 'capture'
      ? bytes(random, integer(random, 0, random() < 0.1 ? CAPTURED_BYTES_MAX : 300))
      : Buffer.from(JSON.stringify({ n, text: bytes(random, 200).toString('base64') }));
  return { n, webhook, body };
}
