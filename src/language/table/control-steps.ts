import type { KeySpec, StepSpec } from './shape.ts';

function body(name: string, doc: string, required = true): KeySpec {
  return { name, doc, shape: { is: 'steps' }, ...(required ? { required } : {}) };
}

/** Steps that decide which other steps run, and how often. */
export const CONTROL_STEPS: readonly StepSpec[] = [
  {
    keyword: 'if',
    summary: 'Runs steps where a condition is true, others where it is not.',
    shape: { is: 'condition' },
    doc: 'The condition.',
    keys: [
      body('then', 'Steps for a true condition.'),
      body('else', 'Steps for one that is not.', false),
    ],
    hasResult: false,
    example: `- if: \${{ request.json.total > 1000 }}
  then:
    - log: a large order
  else:
    - log: an ordinary order
`,
  },
  {
    keyword: 'choose',
    summary: 'Runs the first of several cases whose condition is true.',
    shape: {
      is: 'list',
      least: 1,
      of: {
        is: 'map',
        keys: [
          {
            name: 'when',
            shape: { is: 'condition' },
            required: true,
            doc: 'The condition of a case.',
          },
          body('do', 'The steps of a case.'),
        ],
      },
    },
    doc: 'The cases, each with `when` and `do`.',
    keys: [body('otherwise', 'Steps where no case is true.', false)],
    hasResult: false,
    example: `- choose:
    - when: \${{ request.json.type === 'order.paid' }}
      do:
        - return: { status: 200, text: thank you }
    - when: \${{ request.json.type === 'order.cancelled' }}
      do:
        - return: { status: 200, text: what a pity }
  otherwise:
    - return: { status: 204 }
`,
  },
  {
    keyword: 'for',
    summary: 'Runs steps once for each item of a list or an object.',
    shape: { is: 'loop-names' },
    doc: 'The name of the item and, after a comma, of its position in a list or its key in an object. They exist in `do` alone.',
    keys: [
      {
        name: 'in',
        shape: { is: 'iterable' },
        required: true,
        doc: 'The list or object; nothing happens for `null`.',
      },
      body('do', 'The steps for each item.'),
    ],
    hasResult: false,
    example: `- for: line, index
  in: \${{ request.json.lines }}
  do:
    - log: line \${{ index + 1 }} is \${{ line.sku }}
`,
  },
  {
    keyword: 'while',
    summary: 'Runs steps for as long as a condition is true.',
    shape: { is: 'condition' },
    doc: 'The condition, asked before every round.',
    keys: [body('do', 'The steps of a round.')],
    hasResult: false,
    example: `- set: { page: 1 }
- while: \${{ page <= request.json.pages }}
  do:
    - log: page \${{ page }}
    - set:
        page: \${{ page + 1 }}
`,
  },
  {
    keyword: 'try',
    summary: 'Runs steps and goes on where one of them fails.',
    shape: { is: 'steps' },
    doc: 'The steps that may fail.',
    keys: [
      body(
        'catch',
        'Steps for a failure. In them, `error` has `message`, `code`, `status`, `step` and `line`.',
        false,
      ),
      body('finally', 'Steps that run in any case, after the others.', false),
    ],
    hasResult: false,
    example: `- try:
    - set:
        order: \${{ JSON.parse(request.params.order) }}
  catch:
    - log: \${{ error.message }}
      level: warn
    - return: { status: 422, text: The order is not JSON. }
  finally:
    - log: looked at the order
`,
  },
];
