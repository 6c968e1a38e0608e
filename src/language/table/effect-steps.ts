import { HTTP_TOKEN } from '../../core/http-syntax.ts';
import { HTTP_METHODS } from '../../core/url-pattern.ts';
import type { KeySpec, Shape, StepSpec } from './shape.ts';

const DAY_MS = 86_400_000;
/** The longest that a run waits, and that state is kept for a time: a year. */
const WAIT_MS_MAX = 365 * DAY_MS;
/** The longest that one HTTP request may take: what no load balancer on the way waits longer for. */
const HTTP_TIMEOUT_MS_MAX = 300_000;

/** RFC 9110, section 5.6.2: what a field name may be made of. */
const HEADER_NAME = HTTP_TOKEN.source;

/** A map whose values may have expressions, or one expression that gives a map. */
function computedMap(pattern = '', what = 'a name'): Shape {
  return {
    is: 'either',
    of: [
      { is: 'text' },
      { is: 'dictionary', key: { is: 'name', pattern, what }, of: { is: 'value' } },
    ],
  };
}

const BODY_KEYS: readonly string[] = ['json', 'form', 'text', 'body', 'base64'];

const HTTP_KEYS: readonly KeySpec[] = [
  {
    name: 'url',
    shape: { is: 'text' },
    required: true,
    doc: 'Where to: `https://…` or `http://…`. Put `encodeURIComponent(…)` around what is not a plain id.',
  },
  {
    name: 'method',
    shape: { is: 'choice', of: HTTP_METHODS, expression: true },
    doc: '`GET` unless given, and `POST` with a body.',
  },
  {
    name: 'headers',
    shape: computedMap(HEADER_NAME, 'a header’s name'),
    doc: 'Headers by name.',
  },
  {
    name: 'auth',
    shape: {
      is: 'map',
      keys: [
        { name: 'bearer', shape: { is: 'text' }, doc: 'Sent as `authorization: Bearer …`.' },
        {
          name: 'basic',
          shape: {
            is: 'map',
            keys: [
              { name: 'user', shape: { is: 'text' }, doc: 'Without a colon.' },
              { name: 'password', shape: { is: 'text' }, doc: 'Such as `${{ secrets.KEY }}`.' },
            ],
          },
          doc: 'Sent as `authorization: Basic …`, in base64.',
        },
      ],
      oneOf: ['bearer', 'basic'],
      needsOne: true,
    },
    doc: 'Who calls: `{ bearer: … }` or `{ basic: { user: …, password: … } }`.',
  },
  {
    name: 'query',
    shape: computedMap(),
    doc: 'Parameters that are added to the URL; a list as value adds one for each item.',
  },
  { name: 'json', shape: { is: 'value' }, doc: 'Any value, sent as JSON.' },
  {
    name: 'form',
    shape: computedMap(),
    doc: 'Fields, sent as `application/x-www-form-urlencoded`.',
  },
  { name: 'text', shape: { is: 'text' }, doc: 'A text, sent as `text/plain`.' },
  {
    name: 'body',
    shape: { is: 'value' },
    doc: 'A text or bytes as they are, anything else as JSON.',
  },
  { name: 'base64', shape: { is: 'text' }, doc: 'Bytes as base64.' },
  {
    name: 'expect',
    shape: {
      is: 'either',
      of: [
        { is: 'integer', least: 100, most: 599 },
        { is: 'choice', of: ['2xx', 'any'], expression: true },
        { is: 'list', least: 1, of: { is: 'integer', least: 100, most: 599, expression: true } },
      ],
    },
    doc: 'Statuses that are a success; with any other the step fails. `2xx` unless given; `any` takes all.',
  },
  {
    name: 'timeout',
    shape: { is: 'duration', most: HTTP_TIMEOUT_MS_MAX, expression: true },
    doc: 'How long one attempt may take, at most 5m; 15s unless given.',
  },
  {
    name: 'retry',
    shape: {
      is: 'map',
      keys: [
        {
          name: 'attempts',
          shape: { is: 'integer', least: 1, most: 20, expression: true },
          doc: 'How often the request is sent, the first time included.',
        },
        {
          name: 'backoff',
          shape: { is: 'choice', of: ['exponential', 'fixed'] },
          doc: 'How the waits between attempts grow; `exponential` unless given.',
        },
      ],
    },
    doc: 'How often a failed request is sent again, and how the waits grow: `{ attempts: 3, backoff: fixed }`. Once unless given.',
  },
  {
    name: 'in_doubt',
    shape: { is: 'choice', of: ['resend', 'hold'] },
    doc: 'What happens to a request whose reply a crash has lost: `resend`, with the same `Idempotency-Key`, unless given; `hold` fails the step.',
  },
];

const STATE_OPS: readonly string[] = ['get', 'set', 'delete', 'increment'];

const STATE_KEYS: readonly KeySpec[] = [
  { name: 'get', shape: { is: 'text' }, doc: 'The key to read; its value is the result.' },
  {
    name: 'default',
    shape: { is: 'value' },
    beside: ['get'],
    doc: 'The result where there is no value; `null` unless given.',
  },
  { name: 'set', shape: { is: 'text' }, doc: 'The key to write.' },
  { name: 'value', shape: { is: 'value' }, required: true, beside: ['set'], doc: 'What to write.' },
  { name: 'delete', shape: { is: 'text' }, doc: 'The key to take away.' },
  {
    name: 'increment',
    shape: { is: 'text' },
    doc: 'The key of a number to add to; the new number is the result. One that is missing counts as 0.',
  },
  {
    name: 'by',
    shape: { is: 'number' },
    beside: ['increment'],
    doc: 'What to add; 1 unless given.',
  },
  {
    name: 'ttl',
    shape: { is: 'duration', most: WAIT_MS_MAX, expression: true },
    beside: ['set', 'increment'],
    doc: 'How long the value is kept; for ever unless given.',
  },
];

/** Steps that do something outside of the run. Each is recorded in the run's journal. */
export const EFFECT_STEPS: readonly StepSpec[] = [
  {
    keyword: 'http',
    summary:
      'Sends an HTTP request and waits for its reply, which has `status`, `headers`, `body`, `json` and `bytes`.',
    shape: { is: 'either', of: [{ is: 'text' }, { is: 'map', keys: HTTP_KEYS, oneOf: BODY_KEYS }] },
    doc: 'The URL of a `GET`, or a map with the keys below.',
    keys: [],
    hasResult: true,
    policy: ['http: ["GET,POST https://api.example.com/orders/*"]'],
    example: `- http: https://api.example.com/orders/\${{ request.json.id }}
  as: order
- http:
    method: POST
    url: https://api.example.com/orders/\${{ request.json.id }}
    headers: { x-request: "\${{ event.id }}" }
    json: { total: "\${{ order.json.total }}", paid: true }
    expect: [200, 201]
    timeout: 5s
    retry: { attempts: 3 }
    in_doubt: hold
  as: reply
- return: { json: { ref: "\${{ reply.json.ref }}" } }
`,
  },
  {
    keyword: 'state',
    summary: 'Reads or writes the small durable store that automations share.',
    shape: { is: 'map', keys: STATE_KEYS, oneOf: STATE_OPS, needsOne: true },
    doc: 'One of `get`, `set`, `delete` and `increment` with a key, and what belongs to it.',
    keys: [],
    hasResult: true,
    policy: ['state: [orders/*, visits]'],
    example: `- state: { get: "orders/\${{ request.json.id }}", default: { seen: 0 } }
  as: order
- state:
    set: orders/\${{ request.json.id }}
    value: { seen: "\${{ order.seen + 1 }}" }
    ttl: 30d
- state: { increment: visits, by: 1 }
  as: visits
- state: { delete: orders/draft }
`,
  },
  {
    keyword: 'wait',
    summary: 'Waits. A waiting run takes no memory, and outlives a restart.',
    shape: {
      is: 'either',
      of: [
        { is: 'duration', most: WAIT_MS_MAX, expression: true },
        {
          is: 'map',
          keys: [
            {
              name: 'until',
              shape: { is: 'value' },
              required: true,
              doc: 'The time to wait for: a text that `Dates.parse` reads, or milliseconds since 1970. One that has passed does not wait.',
            },
          ],
        },
      ],
    },
    doc: 'How long, at most 365d, or a map with `until`.',
    keys: [],
    hasResult: false,
    example: `- respond: { status: 202 }
- wait: 10m
- wait: { until: "\${{ request.json.due_at }}" }
- log: it is time
`,
  },
  {
    keyword: 'call',
    summary: 'Calls a function, an automation with `trigger: function`, and waits for its value.',
    shape: { is: 'text' },
    doc: 'The function’s name.',
    keys: [{ name: 'with', shape: computedMap(), doc: 'Its inputs by name.' }],
    hasResult: true,
    policy: ['functions: [pricing.*]'],
    example: `- call: pricing.total
  with: { lines: "\${{ request.json.lines }}", currency: EUR }
  as: total
- return: { json: { total: "\${{ total }}" } }
`,
  },
  {
    keyword: 'emit',
    summary:
      'Emits a message under a topic: to all hooks that subscribe to it, and to automations with `trigger: topic` whose `on` it fits.',
    shape: {
      is: 'map',
      keys: [
        {
          name: 'topic',
          shape: { is: 'text' },
          required: true,
          doc: 'The topic: names with dots between them.',
        },
        { name: 'data', shape: { is: 'value' }, doc: 'What the message says, sent as JSON.' },
      ],
    },
    doc: 'The topic and the data.',
    keys: [],
    hasResult: true,
    policy: ['hooks: [order.*]'],
    example: `- emit: { topic: order.paid, data: { id: "\${{ request.json.id }}" } }
`,
  },
  {
    keyword: 'hook',
    summary: 'Sends a message to one hook.',
    shape: {
      is: 'map',
      keys: [
        { name: 'name', shape: { is: 'text' }, required: true, doc: 'The hook’s name.' },
        { name: 'data', shape: { is: 'value' }, doc: 'What the message says, sent as JSON.' },
      ],
    },
    doc: 'The hook’s name and the data.',
    keys: [],
    hasResult: true,
    policy: ['hooks: [warehouse]'],
    example: `- hook: { name: warehouse, data: { id: "\${{ request.json.id }}" } }
`,
  },
  {
    keyword: 'parallel',
    summary:
      'Runs several lists of steps at the same time, and goes on when all have ended. Where one fails, the step fails, after the others have ended.',
    shape: {
      is: 'either',
      of: [
        { is: 'list', least: 1, of: { is: 'steps' } },
        {
          is: 'dictionary',
          key: {
            is: 'name',
            pattern: '^[A-Za-z0-9._-]+$',
            what: 'a name of letters, digits, `.`, `_` and `-`',
          },
          of: { is: 'steps' },
        },
      ],
    },
    doc: 'The branches: a list of lists of steps, or a map of them by name. What a branch sets is there after the step, and not in the other branches. A branch may `respond` and `fail`; it may not `return`.',
    keys: [],
    hasResult: false,
    policy: ['http: ["GET https://*.example.com/**"]'],
    example: `- parallel:
    stock:
      - http: https://stock.example.com/items/\${{ request.json.sku }}
        as: stock
    price:
      - http: https://prices.example.com/items/\${{ request.json.sku }}
        as: price
- return: { json: { left: "\${{ stock.json.left }}", price: "\${{ price.json.amount }}" } }
`,
  },
];
