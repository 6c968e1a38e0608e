import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic.ts';
import { compileCondition } from '../../src/language/condition.ts';
import { execute } from './run.ts';

test.each([
  ["${{ request.method === 'POST' }}", true],
  ['request.json.total', false],
  [' ${{ inputs.any }} ', true],
  ['request.method // a comment', true],
  ['true', true],
  ['({ a: 1 }).a', true],
])('%s is a condition', async (when, value) => {
  const { program, diagnostics } = compileCondition(when, 'binding 1');
  expect(diagnostics).toEqual([]);
  if (program === undefined) throw new Error('Expected a program, got none');
  const request = { method: 'POST', json: { total: 0 } };
  expect((await execute(program, { request, inputs: { any: 1 } })).value).toBe(value);
});

test('a condition asks for no more of the request than it reads', () => {
  const { program } = compileCondition('request.json.action === "opened"', 'binding 1');
  expect(program?.reach).toEqual({ json: { action: true } });
  expect(program?.lines.length).toBe(program?.source.split('\n').length);
});

test.each([
  [
    'requst.method',
    `binding 1:1:1 error name.unknown: Expected a name that is set, got \`requst\`
1 | requst.method
  | ^^^^^^
  = Did you mean "request"?`,
  ],
  [
    '${{ request.metod }}',
    `binding 1:1:13 error member.unknown: Expected a member of \`request\`, got \`metod\`
1 | \${{ request.metod }}
  |             ^^^^^
  = Did you mean "method"?`,
  ],
  [
    '${{ request.method }} == 1',
    `binding 1:1:1 error condition.mixed: Expected one expression, got text beside \`\${{ }}\`
1 | \${{ request.method }} == 1
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = Put all of it inside one \`\${{ }}\`.`,
  ],
  [
    '${{ request',
    `binding 1:1:1 error expression.unclosed: Expected \`}}\` to close the expression, got the end of the text
1 | \${{ request
  | ^^^
  = To write the text \`\${{\` itself, write \`$\${{\`.`,
  ],
  [
    'secrets.KEY',
    `binding 1:1:1 error secrets.unavailable: Expected a condition without secrets, got \`secrets\`
1 | secrets.KEY
  | ^^^^^^^
  = Compare in the automation, which has a policy: \`if: \${{ safeEqual(…) }}\`.`,
  ],
  [
    'a b',
    `binding 1:1:3 error expression.syntax: Expected the end of the expression, got \`b\`
1 | a b
  |   ^`,
  ],
  [
    '',
    `binding 1:1:1 error expression.empty: Expected an expression, got none
1 | 
  | ^`,
  ],
])('%s is not', (when, expected) => {
  const { program, diagnostics } = compileCondition(when, 'binding 1');
  expect(program).toBeUndefined();
  expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, when)).join('\n')).toBe(
    expected,
  );
});
