import { Assembly, packageName } from '../convert/assemble.ts';
import type { Conversion, ConvertOptions } from '../convert/conversion.ts';
import { Findings } from '../convert/findings.ts';
import { writeYaml } from './automation/yaml.ts';
import { readKata } from './kata/read.ts';
import { entryOf, type KataEntry, plainText } from './kata/tree.ts';
import { addAutomation, addWebhook, type RecordContext, TRIGGERS } from './records.ts';

const SECTIONS: readonly string[] = ['workflow', 'extensions', 'records'];

/**
 * Converts a workflow of Cerb 11 and later (`workflow:` KATA). Pure; never throws.
 *
 * @param file what diagnostics call it
 */
export function convertCerbWorkflow(
  text: string,
  file: string,
  options: ConvertOptions,
): Conversion {
  const assembly = new Assembly();
  const findings = assembly.watch(new Findings(text, file));
  const entries = readKata(text, findings);
  const head = entryOf(entries, 'workflow');
  const prompts = promptsOf(entryOf(head?.entries ?? [], 'config'), findings, options);
  const answers = Object.fromEntries(
    prompts.map(({ key, default: given }) => [key, String(given ?? 'x')]),
  );
  const context: RecordContext = {
    assembly,
    file,
    skipUnsupported: options.skipUnsupported,
    cerbVersion: versionOf(head),
    answers,
    hasPrompts: false,
    config: new Set(Object.keys(answers)),
  };
  for (const entry of entries) checkSection(entry, context, findings);
  for (const record of entryOf(entries, 'records')?.entries ?? [])
    addRecord(record, context, findings);
  const description = plainText(entryOf(head?.entries ?? [], 'description'))?.trim();
  const manifest = {
    name: packageName(plainText(entryOf(head?.entries ?? [], 'name')) ?? file),
    version: '1.0.0',
    ...(description ? { description } : {}),
    ...(prompts.length === 0 ? {} : { configure: { prompts } }),
  };
  const note = 'Converted from a workflow of Cerb.';
  return assembly.conversion('cerb workflow', writeYaml(manifest, note));
}

/** Workflows came with 11.0; where they ask for no version, that is theirs. */
function versionOf(head: KataEntry | undefined): string {
  const requirements = entryOf(head?.entries ?? [], 'requirements');
  return plainText(entryOf(requirements?.entries ?? [], 'cerb_version'))?.trim() || '11.0';
}

interface Prompt {
  readonly key: string;
  readonly label: string;
  readonly type: 'text' | 'choice';
  readonly options?: readonly string[];
  readonly default?: string;
}

function promptsOf(
  config: KataEntry | undefined,
  findings: Findings,
  { skipUnsupported }: ConvertOptions,
): readonly Prompt[] {
  return (config?.entries ?? []).flatMap((entry): readonly Prompt[] => {
    const { type, name } = entry;
    if (name === undefined) {
      findings.error('cerb.key', entry.span, `Expected a name after \`${type}\`, got none`);
      return [];
    }
    const label = plainText(entryOf(entry.entries, 'label')) ?? name;
    const fallback = plainText(entryOf(entry.entries, 'default'));
    const end = fallback === undefined ? {} : { default: fallback };
    if (type === 'text') return [{ key: name, label, type: 'text', ...end }];
    if (type === 'picklist') {
      const options = entryOf(entry.entries, 'options');
      const listed = options?.text?.value
        .split(/[\n,]/)
        .map((option) => option.trim())
        .filter(Boolean);
      return [
        {
          key: name,
          label,
          type: 'choice',
          options: listed ?? (options?.entries ?? []).map(({ key }) => key),
          ...end,
        },
      ];
    }
    const message = `Expected \`text/…\` or \`picklist/…\`, got \`${entry.key}\``;
    const hint = 'A chooser picks one of Cerb’s records.';
    if (!skipUnsupported) findings.error('cerb.package', entry.span, message, { hint });
    else
      findings.warning('cerb.package', entry.span, `${message}; it asks for a text instead`, {
        hint,
      });
    return [{ key: name, label, type: 'text', ...end }];
  });
}

function checkSection(
  entry: KataEntry,
  { skipUnsupported }: RecordContext,
  findings: Findings,
): void {
  if (!SECTIONS.includes(entry.key)) {
    findings.error(
      'cerb.key',
      entry.span,
      `Expected \`workflow:\`, \`extensions:\` or \`records:\`, got \`${entry.key}:\``,
    );
  }
  if (entry.key !== 'extensions' || entry.entries.length === 0) return;
  const message = 'Expected no `extensions:`, got some, which extend Cerb';
  if (skipUnsupported)
    findings.warning('cerb.package', entry.span, `${message}; they are left out`);
  else findings.error('cerb.package', entry.span, message);
}

function addRecord(record: KataEntry, context: RecordContext, findings: Findings): void {
  const fields = entryOf(record.entries, 'fields')?.entries ?? [];
  const uid = record.name ?? record.type;
  const name = importText(plainText(entryOf(fields, 'name')) ?? uid);
  if (record.type === 'automation') {
    const extension = plainText(entryOf(fields, 'extension_id'))?.trim() ?? 'none';
    const trigger = TRIGGERS.get(extension);
    if (trigger === undefined) refuse(record, uid, extension, context, findings);
    else {
      const description = plainText(entryOf(fields, 'description')) ?? '';
      const script = rawText(entryOf(fields, 'script'), findings);
      const policy = rawText(entryOf(fields, 'policy_kata'), findings);
      addAutomation({ uid, name: name.trim(), description, trigger, script, policy }, context);
    }
  } else if (record.type === 'webhook_listener') {
    const guid = entryOf(fields, 'guid');
    if (guid !== undefined) {
      findings.warning('cerb.changed', guid.span, 'Expected no `guid:`, got one', {
        hint: 'Webhooks get a new, secret URL; tell it to those who call.',
      });
    }
    addWebhook(uid, name.trim(), rawText(entryOf(fields, 'automations_kata'), findings), context);
  } else refuse(record, uid, record.type, context, findings);
}

function refuse(
  record: KataEntry,
  uid: string,
  kind: string,
  { assembly, skipUnsupported }: RecordContext,
  findings: Findings,
): void {
  assembly.leaveOut({ uid, kind });
  const message = `Expected an automation or a webhook, got \`${kind}\` (${uid}), a record of Cerb’s`;
  if (skipUnsupported) findings.warning('cerb.record', record.span, `${message}; it is left out`);
  else {
    findings.error('cerb.record', record.span, message, {
      hint: '`--skip-unsupported` converts the others without it.',
    });
  }
}

/** The KATA in a field; without `@raw` its templates are filled in when the workflow is installed. */
function rawText(entry: KataEntry | undefined, findings: Findings): string {
  if (entry?.text === undefined) return '';
  if (!entry.annotations.includes('raw') && /\{[{%]/.test(entry.text.value)) {
    findings.warning(
      'cerb.changed',
      entry.span,
      `Expected \`@raw\` on \`${entry.key}\`, got none`,
      {
        hint: 'Its templates are filled in when the automation runs, not when it is installed.',
      },
    );
  }
  return entry.text.value;
}

/** What the installation fills in from the configuration is for our import to fill in. */
function importText(text: string): string {
  return text.replace(/\{\{\s*config\.(\w+)\s*\}\}/g, '{{{$1}}}');
}
