import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/core/diagnostic.ts';
import { convert } from '../../src/package/convert/convert.ts';
import { outcomes } from '../testing/suites.ts';

const HOOKS = `- id: redeploy
  execute-command: /var/scripts/redeploy.sh
  command-working-directory: /var
  response-message: done
  response-headers: [{ name: X-A, value: b }]
  http-methods: [POST]
  pass-arguments-to-command:
    - { source: payload, name: head.id }
    - { source: header, name: X-Id }
    - { source: string, name: fixed }
  pass-environment-to-command:
    - { source: query, name: q, envname: Q }
  trigger-rule-mismatch-http-response-code: 403
  trigger-rule:
    and:
      - match:
          type: payload-hmac-sha256
          secret: mysecret
          parameter: { source: header, name: X-Hub-Signature-256 }
      - or:
          - match: { type: value, value: refs/heads/main, parameter: { source: payload, name: ref } }
          - match: { type: regex, regex: "(?i)^refs/tags/", parameter: { source: payload, name: ref } }
`;

function converted(text: string) {
  return convert(text, 'hooks.yaml', { skipUnsupported: false });
}

function told(text: string): string[] {
  return converted(text).diagnostics.map((one) => formatDiagnostic(one, text).split('\n')[0] ?? '');
}

function signed(body: string): string {
  return `sha256=${createHmac('sha256', 'mysecret').update(body).digest('hex')}`;
}

describe('hooks of adnanh/webhook', () => {
  test('rules decide as they did; where the command would run, the run fails and shows it', async () => {
    const { records, diagnostics } = converted(HOOKS);
    expect(diagnostics.every(({ severity }) => severity === 'warning')).toBe(true);
    const [automation, webhook] = records;
    expect(webhook?.file.text).toBe(
      'kind: webhook\nname: redeploy\nbindings:\n  - automation: redeploy\n',
    );
    const main = '{"ref":"refs/heads/main","head":{"id":"c0ffee"}}';
    const other = '{"ref":"refs/heads/x"}';
    const tag = '{"ref":"REFS/tags/1"}';
    const request = (body: string, signature: string): string =>
      `{ method: POST, headers: { content-type: application/json, x-hub-signature-256: "${signature}", x-id: "7" }, query: { q: x }, text: '${body}' }`;
    const cases = `cases:
  - name: signed and of the branch
    request: ${request(main, signed(main))}
    expect: { response: { status: 501 }, failure: { message: "Expected a step in place of the command /var/scripts/redeploy.sh, got none." } }
  - name: a tag
    request: ${request(tag, signed(tag))}
    expect: { response: { status: 501 } }
  - name: of another branch
    request: ${request(other, signed(other))}
    expect: { response: { status: 403, body: Hook rules were not satisfied. } }
  - name: not signed
    request: ${request(main, signed(other))}
    expect: { response: { status: 403 } }
  - name: another method
    request: { method: GET }
    expect: { response: { status: 405 } }
`;
    expect((await outcomes(automation?.file.text ?? '', cases)).flat()).toEqual([]);
    // With the failing step gone, the answer is the hook's own.
    const edited = (automation?.file.text ?? '').replace(
      / {2}- name: execute-command\n(?: {4}.*\n)+/,
      '',
    );
    const answer = `cases:
  - name: answered
    request: ${request(main, signed(main))}
    expect: { response: { status: 200, headers: { x-a: b }, body: done } }
`;
    expect((await outcomes(edited, answer)).flat()).toEqual([]);
    expect(edited).toContain(
      "          - ${{ String((get(payload, ['head.id']) ?? get(payload, 'head.id')) ?? '') }}\n",
    );
    expect(edited).toContain("          Q: ${{ String([request.query['q']].flat()[0] ?? '') }}\n");
  });

  test('JSON is read too, and the traps of the original are warnings', () => {
    const hook = {
      id: 'a',
      'execute-command': 'x',
      'include-command-output-in-response': true,
      'trigger-rule': { not: { match: { type: 'ip-whitelist', 'ip-range': '10.0.0.0/8 ::1' } } },
    };
    const text = JSON.stringify([hook], null, 1);
    const messages = told(text).join('\n');
    expect(messages).toContain('hook.command');
    expect(messages).toContain('Expected a status for rules that are not satisfied, got none');
    expect(messages).toContain('got `not`');
    expect(messages).toContain('got that of the socket');
    expect(messages).toContain('got the output of the command');
    expect(converted(text).records[0]?.file.text).toContain(
      "(ip_number >= 167772160 && ip_number <= 184549375 || request.client.ip === '::1')",
    );
    expect(told('- id: b\n  execute-command: x\n').join()).toContain(
      'Expected a `trigger-rule`, got none',
    );
  });

  test.each([
    ['- execute-command: x', '1:3 error hook.key: Expected a hook with an `id`, got none'],
    [
      '- id: a\n  excute-command: x',
      '2:3 error hook.key: Expected a key of a hook, got `excute-command`',
    ],
    [
      '- id: a\n  trigger-rule: { match: { type: scalr-signature } }',
      '2:34 error hook.key: Expected a match of value, regex, payload-hmac-… or ip-whitelist, got `scalr-signature`',
    ],
    [
      '- id: a\n  trigger-rule: { match: { type: regex, regex: "(" } }',
      '2:48 error hook.key: Expected a pattern that JavaScript has too, got `(`',
    ],
    [
      '- id: a\n  pass-arguments-to-command: [{ source: env, name: x }]',
      '2:41 error hook.key: Expected a source of header, url, query, payload, request, string, raw-request-body, entire-payload, entire-query, entire-headers, got `env`',
    ],
    [
      '- id: a\n- id: a',
      '2:3 error hook.key: Expected an id of its own, got `a`, which another hook has',
    ],
    [
      '- id: {{ getenv "X" }}',
      '1:7 error hook.key: Expected a file without a template of Go, got one',
    ],
  ])('%s', (text, message) => {
    expect(told(text)).toContain(`hooks.yaml:${message}`);
  });
});
