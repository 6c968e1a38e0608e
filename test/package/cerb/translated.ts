import { formatDiagnostic } from '../../../src/core/diagnostic.ts';
import {
  type CerbAutomation,
  translateAutomation,
} from '../../../src/package/cerb/automation/translate.ts';
import { Findings } from '../../../src/package/convert/findings.ts';

interface Options {
  readonly policy?: string;
  readonly trigger?: CerbAutomation['trigger'];
  readonly cerbVersion?: string;
  readonly skipUnsupported?: boolean;
}

/** Allows all commands, as policies of tests do that are not about policies. */
const ALLOW = 'commands:\n  all:\n    allow: yes\n';

/** An automation of Cerb as ours, with what is told about it. */
export function translation(
  script: string,
  options: Options = {},
): { yaml: string; said: string[] } {
  const findings = new Findings(script, 'a.kata');
  const policy = options.policy ?? ALLOW;
  const policyFindings = new Findings(policy, 'policy.kata');
  const yaml = translateAutomation(
    { name: 'a', description: '', trigger: options.trigger ?? 'webhook', script, policy },
    {
      cerbVersion: options.cerbVersion ?? '10.4.0',
      skipUnsupported: options.skipUnsupported ?? false,
      prompts: {},
    },
    findings,
    policyFindings,
  );
  const said = [
    ...findings.diagnostics().map((one) => formatDiagnostic(one, script)),
    ...policyFindings.diagnostics().map((one) => formatDiagnostic(one, policy)),
  ];
  return { yaml, said };
}

/** The same of one about which nothing is told. */
export function translated(script: string, options: Options = {}): string {
  const { yaml, said } = translation(script, options);
  if (said.length > 0) throw new Error(said.join('\n\n'));
  return yaml;
}
