import { ANSWER, RETURN } from './answer.ts';
import type { StepSpec } from './shape.ts';

/** Steps that answer or end the run. */
export const ENDING_STEPS: readonly StepSpec[] = [
  {
    keyword: 'respond',
    summary: 'Shapes the answer and goes on. A run answers once.',
    shape: ANSWER,
    doc: 'The answer.',
    keys: [],
    hasResult: false,
    example: `- respond: { status: 202, json: { accepted: true } }
- log: the answer is shaped, and this still runs
`,
  },
  {
    keyword: 'return',
    summary:
      'Shapes the answer, unless `respond` did, and ends the run. A function gives back `value`.',
    shape: { is: 'either', of: [{ is: 'nothing' }, RETURN] },
    doc: 'The answer, or nothing: a run that has not answered gives 204.',
    keys: [],
    hasResult: false,
    example: `- return:
    status: 201
    headers: { location: "/orders/\${{ request.json.id }}" }
    json:
      accepted: true
      id: \${{ request.json.id }}
`,
  },
  {
    keyword: 'fail',
    summary: 'Ends the run as failed, unless a `try` catches it.',
    shape: {
      is: 'either',
      of: [
        { is: 'text' },
        {
          is: 'map',
          keys: [
            {
              name: 'message',
              shape: { is: 'text' },
              required: true,
              doc: 'What went wrong; the caller and the log get it.',
            },
            {
              name: 'status',
              shape: { is: 'integer', least: 400, most: 599, expression: true },
              doc: 'The HTTP status of the answer; 500 unless given.',
            },
          ],
        },
      ],
    },
    doc: 'The message, or a map with `message` and `status`.',
    keys: [],
    hasResult: false,
    example: `- if: \${{ !request.json.id }}
  then:
    - fail: { message: The order has no id., status: 422 }
- fail: orders are not taken today
`,
  },
];
