import { childOf, type MapNode, plainValue, type YamlNode } from '../../language/yaml/tree.ts';
import { writeYaml } from '../cerb/automation/yaml.ts';
import { not } from '../cerb/twig/code.ts';
import type { Findings } from '../convert/findings.ts';
import { argumentCode, asWord, type HookNeeds, textIn } from './arguments.ts';
import { ruleCode } from './rules.ts';

const KEYS: readonly string[] = [
  'id',
  'execute-command',
  'command-working-directory',
  'response-message',
  'response-headers',
  'success-http-response-code',
  'incoming-payload-content-type',
  'http-methods',
  'include-command-output-in-response',
  'include-command-output-in-response-on-error',
  'parse-parameters-as-json',
  'pass-arguments-to-command',
  'pass-environment-to-command',
  'pass-file-to-command',
  'trigger-rule',
  'trigger-rule-mismatch-http-response-code',
  'trigger-signature-soft-failures',
]; // prettier-ignore

type Step = Readonly<Record<string, unknown>>;
/** As in `control.ts` of Cerb's translation: tools take a written `then` for a promise's. */
const THEN = 'then';

/** One hook of a `hooks.yaml` as an automation, which shows the command and fails where it would run. */
export function hookAutomation(hook: MapNode, id: string, findings: Findings): string {
  for (const { key } of hook.entries) {
    if (!KEYS.includes(key.text))
      findings.error('hook.key', key, `Expected a key of a hook, got \`${key.text}\``);
  }
  const needs: HookNeeds = { payload: false, ipNumber: false };
  const methods = methodStep(childOf(hook, 'http-methods'));
  const rule = ruleStep(hook, needs, findings);
  const command = commandSteps(hook, needs, findings);
  const answer = answerStep(hook, findings);
  const steps = [...methods, ...needSteps(needs, hook, findings), ...rule, ...command, answer];
  return writeYaml({
    automation: id,
    description: 'Converted from a hook of adnanh/webhook',
    steps,
  });
}

function methodStep(node: YamlNode | undefined): readonly Step[] {
  if (node?.kind !== 'list' || node.items.length === 0) return [];
  const methods = node.items.map((item) => String(plainValue(item)).trim().toUpperCase());
  const known = methods.map((method) => `'${method}'`).join(', ');
  return [
    { if: `\${{ ![${known}].includes(request.method) }}`, [THEN]: [{ return: { status: 405 } }] },
  ];
}

function needSteps(needs: HookNeeds, hook: MapNode, findings: Findings): readonly Step[] {
  const set: Record<string, unknown> = {};
  if (needs.payload) set.payload = payloadText(hook, findings);
  if (needs.ipNumber) {
    set.ip_number =
      "${{ request.client.ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) }}";
  }
  return Object.keys(set).length === 0 ? [] : [{ set }];
}

/** The payload by its content type; a JSON list is wrapped, as adnanh/webhook does. */
function payloadText(hook: MapNode, findings: Findings): string {
  const type = textIn(hook, 'incoming-payload-content-type') ?? '';
  if (/xml/i.test(type)) {
    findings.error(
      'hook.key',
      childOf(hook, 'incoming-payload-content-type') ?? hook,
      'Expected a payload as JSON or a form, got XML',
    );
  }
  const json = 'Array.isArray(request.json) ? { root: request.json } : request.json';
  if (/json/i.test(type)) return `\${{ ${json} }}`;
  if (/form/i.test(type)) return '${{ request.form }}';
  return `\${{ /form/.test(request.header('content-type') ?? '') ? request.form : ${json} }}`;
}

function ruleStep(hook: MapNode, needs: HookNeeds, findings: Findings): readonly Step[] {
  const rule = childOf(hook, 'trigger-rule');
  if (rule === undefined) {
    findings.warning('hook.changed', hook, 'Expected a `trigger-rule`, got none', {
      hint: 'Whoever has the URL can call the hook.',
    });
    return [];
  }
  const code = not(ruleCode(rule, needs, findings));
  const status = numberIn(hook, 'trigger-rule-mismatch-http-response-code');
  if (status === undefined) {
    findings.warning(
      'hook.changed',
      rule,
      'Expected a status for rules that are not satisfied, got none',
      {
        hint: 'It is 200, as with adnanh/webhook, so that a refused sender takes it for a success.',
      },
    );
  }
  const answer = { status: status ?? 200, text: 'Hook rules were not satisfied.' };
  return [{ if: `\${{ ${code.code} }}`, [THEN]: [{ return: answer }] }];
}

/** The command with its arguments, as data, and a failure: commands do not run here. */
function commandSteps(hook: MapNode, needs: HookNeeds, findings: Findings): readonly Step[] {
  const command = textIn(hook, 'execute-command') ?? '';
  const place = childOf(hook, 'execute-command') ?? hook;
  findings.warning(
    'hook.command',
    place,
    `Expected something that runs here, got the command \`${command}\``,
    {
      hint: 'The automation fails where it would run. Put a step such as `http` in its place.',
    },
  );
  if (childOf(hook, 'parse-parameters-as-json') !== undefined) {
    findings.warning(
      'hook.changed',
      childOf(hook, 'parse-parameters-as-json') as YamlNode,
      'Expected plain parameters, got some to be parsed as JSON',
      {
        hint: 'Use `JSON.parse` where one is read.',
      },
    );
  }
  const directory = textIn(hook, 'command-working-directory');
  const words = listIn(hook, 'pass-arguments-to-command').map((one) =>
    wordOf(one, needs, findings),
  );
  const environment = [
    ...listIn(hook, 'pass-environment-to-command'),
    ...listIn(hook, 'pass-file-to-command'),
  ].map((one, index) => [environmentName(one, index), wordOf(one, needs, findings)] as const);
  const shown = {
    path: command,
    ...(directory === undefined ? {} : { directory }),
    arguments: words,
    ...(environment.length === 0 ? {} : { environment: Object.fromEntries(environment) }),
  };
  return [
    { set: { command: shown } },
    {
      name: 'execute-command',
      when: true,
      fail: {
        message: `Expected a step in place of the command ${command}, got none.`,
        status: 501,
      },
    },
  ];
}

function environmentName(node: YamlNode, index: number): string {
  if (node.kind !== 'map') return `HOOK_${index}`;
  return textIn(node, 'envname') ?? `HOOK_${textIn(node, 'name') ?? index}`;
}

function wordOf(node: YamlNode, needs: HookNeeds, findings: Findings): string {
  const code = argumentCode(node, needs, findings);
  if (code === undefined) return '';
  return typeof code.constant === 'string' ? code.constant : `\${{ ${asWord(code).code} }}`;
}

function answerStep(hook: MapNode, findings: Findings): Step {
  for (const key of [
    'include-command-output-in-response',
    'include-command-output-in-response-on-error',
  ]) {
    const node = childOf(hook, key);
    if (node?.kind === 'scalar' && node.value === true) {
      findings.warning(
        'hook.changed',
        node,
        'Expected an answer that stands in the file, got the output of the command',
      );
    }
  }
  const headers = listIn(hook, 'response-headers').flatMap((node) =>
    node.kind === 'map' ? [[textIn(node, 'name') ?? '', textIn(node, 'value') ?? ''] as const] : [],
  );
  const message = textIn(hook, 'response-message') ?? '';
  return {
    return: {
      status: numberIn(hook, 'success-http-response-code') ?? 200,
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
      text: message,
    },
  };
}

function numberIn(hook: MapNode, key: string): number | undefined {
  const node = childOf(hook, key);
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

function listIn(hook: MapNode, key: string): readonly YamlNode[] {
  const node = childOf(hook, key);
  return node?.kind === 'list' ? node.items : [];
}
