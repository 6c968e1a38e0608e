import { Assembly, packageName } from '../convert/assemble.ts';
import type { Conversion, ConvertOptions } from '../convert/conversion.ts';
import { Findings } from '../convert/findings.ts';
import { dataOf, fieldOf, type JsonNode, readJson, textOf } from '../convert/json.ts';
import { writeYaml } from './automation/yaml.ts';
import { readConfigure } from './configure.ts';
import { type Exclusion, promptNames, readExclusion } from './placeholders.ts';
import { addAutomation, addWebhook, type RecordContext, TRIGGERS } from './records.ts';

/** Aliases and ids of the records that have a counterpart. */
const KINDS: Readonly<Record<string, 'automation' | 'webhook' | 'portal'>> = {
  automation: 'automation',
  'cerb.contexts.automation': 'automation',
  webhook_listener: 'webhook',
  'cerberusweb.contexts.webhook_listener': 'webhook',
  community_portal: 'portal',
  'cerberusweb.contexts.portal': 'portal',
};
/** Parts of a package that are for Cerb alone. */
const FOREIGN: readonly string[] = [
  'custom_fieldsets',
  'bots',
  'behaviors',
  'behavior_nodes',
  'workspaces',
  'portals',
  'saved_searches',
  'calendars',
  'classifiers',
  'project_boards',
  'settings',
  'worker_preferences',
  'toolbars',
];

/**
 * Converts a package of Cerb (JSON). Pure; never throws.
 *
 * @param file what diagnostics call it
 */
export function convertCerbPackage(
  text: string,
  file: string,
  options: ConvertOptions,
): Conversion {
  const assembly = new Assembly();
  const findings = assembly.watch(new Findings(text, file));
  const whole = readJson(text, findings);
  const head = fieldOf(whole, 'package');
  const { skipUnsupported } = options;
  const configure = readConfigure(fieldOf(head, 'configure'), findings, skipUnsupported);
  const context: RecordContext = {
    assembly,
    file,
    skipUnsupported,
    cerbVersion: textOf(fieldOf(fieldOf(head, 'requires'), 'cerb_version')),
    answers: configure.answers,
    hasPrompts: true,
  };
  const exclusions: unknown[] = [];
  if (whole !== undefined) {
    checkParts(whole, findings, skipUnsupported);
    for (const record of recordsOf(whole, findings)) {
      const exclusion = addRecord(record, context, findings);
      if (exclusion !== undefined) exclusions.push(exclusion);
    }
  }
  const manifest = {
    name: packageName(textOf(fieldOf(head, 'name')) ?? file),
    version: `${Number(dataOf(fieldOf(head, 'revision')) ?? 1) || 1}.0.0`,
    ...descriptionOf(head),
    ...(configure.prompts.length + configure.placeholders.length === 0
      ? {}
      : {
          configure: {
            ...(configure.prompts.length === 0 ? {} : { prompts: configure.prompts }),
            ...(configure.placeholders.length === 0
              ? {}
              : { placeholders: configure.placeholders }),
          },
        }),
    ...(exclusions.length === 0 ? {} : { exclude: exclusions }),
  };
  const note = `Converted from a package of Cerb${versionNote(context)}.`;
  return assembly.conversion('cerb package', writeYaml(manifest, note));
}

function versionNote({ cerbVersion }: RecordContext): string {
  return cerbVersion === undefined ? '' : ` for version ${cerbVersion} or later`;
}

function descriptionOf(head: JsonNode | undefined): object {
  const library = fieldOf(head, 'library');
  const description = textOf(fieldOf(library, 'description')) ?? textOf(fieldOf(head, 'name'));
  return description === undefined || description === '' ? {} : { description };
}

/** Tells of the parts that only Cerb has, and of a package that is none. */
function checkParts(whole: JsonNode, findings: Findings, skipUnsupported: boolean): void {
  if (whole.kind !== 'map' || fieldOf(whole, 'package') === undefined) {
    findings.error(
      'cerb.package',
      whole,
      'Expected a map with `package` and `records`, got something else',
    );
    return;
  }
  for (const { key, keySpan, value } of whole.entries) {
    const isEmpty = value.kind === 'list' && value.items.length === 0;
    if (key === 'package' || key === 'records' || isEmpty) continue;
    if (key === 'events' || FOREIGN.includes(key)) {
      const message = `Expected records alone, got \`${key}\`, which needs Cerb`;
      if (skipUnsupported) findings.warning('cerb.package', keySpan, `${message}; it is left out`);
      else findings.error('cerb.package', keySpan, message);
    } else
      findings.warning('cerb.package', keySpan, `Expected a part of a package, got \`${key}\``);
  }
}

function recordsOf(whole: JsonNode, findings: Findings): readonly JsonNode[] {
  const records = fieldOf(whole, 'records');
  if (records?.kind === 'list') return records.items;
  if (records !== undefined) findings.error('cerb.package', records, 'Expected a list of records');
  return [];
}

/** Adds one record; gives what says that an answer leaves it out. */
function addRecord(
  record: JsonNode,
  context: RecordContext,
  findings: Findings,
): object | undefined {
  const uid = textOf(fieldOf(record, 'uid'));
  const kind = textOf(fieldOf(record, '_context'));
  if (uid === undefined || kind === undefined) {
    const missing = uid === undefined ? '`uid`' : '`_context`';
    findings.error('cerb.package', record, `Expected ${missing} in a record, got none`);
    return undefined;
  }
  const exclusion = exclusionOf(record, findings);
  if (exclusion === true) return undefined;
  const added = addKnown(record, uid, kind, context, findings);
  return exclusion === false || added === undefined ? undefined : { record: added, ...exclusion };
}

/** Adds a record that has a counterpart, and gives its uid; refuses the others. */
function addKnown(
  record: JsonNode,
  uid: string,
  kind: string,
  context: RecordContext,
  findings: Findings,
): string | undefined {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (
    known === undefined ||
    (known === 'portal' && textOf(fieldOf(record, 'extension_id')) !== 'webhooks.portal')
  ) {
    refuseRecord(record, uid, kind, context, findings);
    return undefined;
  }
  if (known === 'automation') return automationRecord(record, uid, context, findings);
  return webhookRecord(record, uid, known, context, findings);
}

function refuseRecord(
  record: JsonNode,
  uid: string,
  kind: string,
  { assembly, skipUnsupported }: RecordContext,
  findings: Findings,
): void {
  assembly.leaveOut({ uid, kind });
  const place = fieldOf(record, '_context') ?? record;
  const message = `Expected an automation or a webhook, got \`${kind}\` (${uid}), a record of Cerb’s`;
  if (skipUnsupported) findings.warning('cerb.record', place, `${message}; it is left out`);
  else {
    findings.error('cerb.record', place, message, {
      hint: '`--skip-unsupported` converts the others without it.',
    });
  }
}

function exclusionOf(record: JsonNode, findings: Findings): Exclusion | boolean {
  const node = fieldOf(record, '_exclude');
  const written = dataOf(node);
  if (node === undefined || written === null || written === false) return false;
  if (written === true) return true;
  const read = readExclusion(String(written));
  if (read !== undefined) return read;
  findings.error(
    'cerb.package',
    node,
    `Expected a comparison of a prompt with a text, got \`${written}\``,
    {
      hint: "Such as `{{{prompt_auth != 'API Key'}}}`.",
    },
  );
  return false;
}

function automationRecord(
  record: JsonNode,
  uid: string,
  context: RecordContext,
  findings: Findings,
): string | undefined {
  const name = nameOf(record, uid, findings);
  const extension = fieldOf(record, 'extension_id');
  const trigger = TRIGGERS.get(textOf(extension) ?? '');
  if (trigger === undefined) {
    refuseTrigger(record, uid, textOf(extension) ?? 'none', context, findings);
    return undefined;
  }
  return addAutomation(
    {
      uid,
      name,
      description: textOf(fieldOf(record, 'description')) ?? '',
      trigger,
      script: textOf(fieldOf(record, 'script')) ?? '',
      policy: textOf(fieldOf(record, 'policy_kata')) ?? '',
    },
    context,
  );
}

function refuseTrigger(
  record: JsonNode,
  uid: string,
  trigger: string,
  { assembly, skipUnsupported }: RecordContext,
  findings: Findings,
): void {
  assembly.leaveOut({ uid, kind: trigger });
  const place = fieldOf(record, 'extension_id') ?? record;
  const known = [...TRIGGERS.keys()].map((name) => `\`${name}\``).join(' or ');
  const message = `Expected the trigger ${known}, got \`${trigger}\` (${uid})`;
  if (skipUnsupported) findings.warning('cerb.record', place, `${message}; it is left out`);
  else findings.error('cerb.record', place, message);
}

function webhookRecord(
  record: JsonNode,
  uid: string,
  kind: 'webhook' | 'portal',
  context: RecordContext,
  findings: Findings,
): string {
  const name = nameOf(record, uid, findings);
  const fields = kind === 'portal' ? fieldOf(record, 'params') : record;
  const kata = textOf(fieldOf(fields, 'automations_kata')) ?? '';
  const address = fieldOf(record, kind === 'portal' ? 'uri' : 'guid');
  if (address !== undefined) {
    findings.warning('cerb.changed', address, `Expected no address of \`${uid}\`, got one`, {
      hint: 'Webhooks get a new, secret URL; tell it to those who call.',
    });
  }
  return addWebhook(uid, name, kata, context);
}

/** A record's name, with what the import fills in. */
function nameOf(record: JsonNode, uid: string, findings: Findings): string {
  const node = fieldOf(record, 'name');
  const name = textOf(node);
  if (node === undefined || name === undefined || name.trim() === '') {
    findings.error(
      'cerb.package',
      node ?? record,
      `Expected a \`name\` of the record ${uid}, got none`,
    );
    return uid;
  }
  if (promptNames(name) === undefined) {
    findings.error(
      'cerb.package',
      node,
      `Expected \`{{{name}}}\` alone for the import to fill in, got \`${name}\``,
    );
  }
  return name;
}
