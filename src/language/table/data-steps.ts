import type { StepSpec } from './shape.ts';

/** Steps that make and show values. */
export const DATA_STEPS: readonly StepSpec[] = [
  {
    keyword: 'set',
    summary: 'Sets variables, in the order written.',
    shape: { is: 'variables' },
    doc: 'Variables and their values. A dotted name such as `response.http.method` or `items[0]` sets a part and makes the objects on the way.',
    keys: [],
    hasResult: false,
    example: `- set:
    order: \${{ request.json.data }}
    total: \${{ order.lines.reduce((sum, line) => sum + line.price, 0) }}
    reply.order.id: \${{ order.id }}
    reply.note: "Thank you, \${{ order.customer ?? 'whoever you are' }}"
- return: { json: "\${{ reply }}" }
`,
  },
  {
    keyword: 'run',
    summary: 'Runs a block of JavaScript.',
    shape: { is: 'javascript' },
    doc: 'The body of a function: it reads every name in scope, assigns variables that are set already, and may `return` a value.',
    keys: [],
    hasResult: true,
    example: `- run: |
    const counts = new Map();
    for (const { sku } of request.json.lines) {
      counts.set(sku, (counts.get(sku) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  as: counts
- return: { json: "\${{ counts }}" }
`,
  },
  {
    keyword: 'log',
    summary: 'Writes a line to the log of the run.',
    shape: { is: 'text' },
    doc: 'The text. One expression alone may also give an object or a list, which is written as JSON.',
    keys: [
      {
        name: 'level',
        shape: { is: 'choice', of: ['debug', 'info', 'warn', 'error'] },
        doc: 'How much it matters; `info` unless given.',
      },
    ],
    hasResult: false,
    example: `- log: Order \${{ request.json.id }} came from \${{ request.client.ip }}
- log: \${{ request.headers }}
  level: debug
`,
  },
];
