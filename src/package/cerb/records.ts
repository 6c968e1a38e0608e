import type { Assembly } from '../convert/assemble.ts';
import { Findings } from '../convert/findings.ts';
import { readBindings } from './automation/events.ts';
import { translateAutomation } from './automation/translate.ts';
import { writeYaml } from './automation/yaml.ts';
import { promptsAtRunTime, type TemplateFault } from './placeholders.ts';

/** What the records of one package share. */
export interface RecordContext {
  readonly assembly: Assembly;
  /** What diagnostics call the file. */
  readonly file: string;
  readonly cerbVersion: string | undefined;
  readonly skipUnsupported: boolean;
  /** Answers that stand for prompts while the result is checked, by name. */
  readonly answers: Readonly<Record<string, string>>;
  /** Whether `{{{ }}}` is filled in by the import; in workflows it is a map of Twig's. */
  readonly hasPrompts: boolean;
  readonly config?: ReadonlySet<string>;
}

/** An automation as its record says. */
export interface AutomationFields {
  readonly uid: string;
  readonly name: string;
  readonly description: string;
  readonly trigger: 'webhook' | 'function';
  readonly script: string;
  readonly policy: string;
}

/** Triggers of Cerb that have a counterpart. */
export const TRIGGERS: ReadonlyMap<string, 'webhook' | 'function'> = new Map([
  ['cerb.trigger.webhook.respond', 'webhook'],
  ['cerb.trigger.automation.function', 'function'],
]);

/** Adds an automation to the package; gives its uid there. */
export function addAutomation(fields: AutomationFields, context: RecordContext): string {
  const { assembly, file } = context;
  const { uid, name } = fields;
  const script = runTime(fields.script, context);
  const policy = runTime(fields.policy, context);
  // Diagnostics show the text as it was written, which has the same length.
  const findings = assembly.watch(new Findings(fields.script, `${file}#${uid}.script`));
  const policyFindings = assembly.watch(new Findings(fields.policy, `${file}#${uid}.policy_kata`));
  for (const { start, end, message, hint } of script.faults) {
    findings.error('cerb.package', { start, end }, message, { hint });
  }
  for (const { start, end, message, hint } of policy.faults) {
    policyFindings.error('cerb.package', { start, end }, message, { hint });
  }
  const text = translateAutomation(
    { ...fields, script: script.text, policy: policy.text },
    {
      cerbVersion: context.cerbVersion,
      skipUnsupported: context.skipUnsupported,
      prompts: Object.fromEntries(Object.keys(context.answers).map((key) => [key, `{{{${key}}}}`])),
      ...(context.config === undefined ? {} : { config: context.config }),
    },
    findings,
    policyFindings,
  );
  const added = assembly.add('automation', uid, name, text);
  if (!findings.hasErrors && !policyFindings.hasErrors) {
    assembly.check(uid, text, (key) => context.answers[key] ?? key);
  }
  return added;
}

/** Adds a webhook with its bindings to the package; gives its uid there. */
export function addWebhook(
  uid: string,
  name: string,
  eventKata: string,
  context: RecordContext,
): string {
  const { assembly, file } = context;
  const findings = assembly.watch(new Findings(eventKata, `${file}#${uid}.automations_kata`));
  // Names in `uri:` are filled in by the import, so that they stay as they are written.
  const bindings = readBindings(eventKata, findings);
  return assembly.add('webhook', uid, name, writeYaml({ kind: 'webhook', name, bindings }));
}

function runTime(
  text: string,
  { hasPrompts }: RecordContext,
): { text: string; faults: readonly TemplateFault[] } {
  return hasPrompts ? promptsAtRunTime(text) : { text, faults: [] };
}
