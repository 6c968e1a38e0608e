import { convertHooks } from '../adnanh/convert.ts';
import { readBindings } from '../cerb/automation/events.ts';
import { writeYaml } from '../cerb/automation/yaml.ts';
import { convertCerbPackage } from '../cerb/package.ts';
import { addAutomation, TRIGGERS } from '../cerb/records.ts';
import { convertCerbWorkflow } from '../cerb/workflow.ts';
import { Assembly } from './assemble.ts';
import type { Conversion, ConvertOptions } from './conversion.ts';
import { Findings } from './findings.ts';
import { fieldOf, type JsonNode, readJson, textOf } from './json.ts';

/** Characters of a file: packages of Cerb are under 1 MB. */
const CHARACTERS_MAX = 16 * 1024 * 1024;

/**
 * Converts what others have written to a package of ours: packages, workflows, automations and event KATA of
 * Cerb, and hooks of adnanh/webhook. What the file is, is told from its text. Pure; never throws.
 *
 * @param file what diagnostics call it; its last part names what has no name of its own
 */
export function convert(text: string, file: string, options: ConvertOptions): Conversion {
  const plain = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (plain.length > CHARACTERS_MAX) {
    return refused(
      plain.slice(0, 1000),
      file,
      'convert.too_long',
      `Expected at most ${CHARACTERS_MAX} characters, got ${plain.length}`,
    );
  }
  const first = plain.trimStart();
  if (first.startsWith('{')) return convertJson(plain, file, options);
  if (
    first.startsWith('[') ||
    /^-\s/m.test(first.split('\n', 1)[0] ?? '') ||
    /^- /m.test(first.slice(0, 2000))
  ) {
    return convertHooks(plain, file);
  }
  if (/^workflow:/m.test(plain)) return convertCerbWorkflow(plain, file, options);
  if (/^start:/m.test(plain)) return convertScript(plain, file, options);
  if (/^automation\/\w+:/m.test(plain)) return convertEvent(plain, file);
  return refused(
    plain,
    file,
    'convert.unknown',
    'Expected a file of Cerb or adnanh/webhook, got another one',
  );
}

function convertJson(text: string, file: string, options: ConvertOptions): Conversion {
  const findings = new Findings(text, file);
  const node = readJson(text, findings);
  if (node !== undefined && fieldOf(node, 'package') === undefined) {
    if (textOf(fieldOf(node, 'script')) !== undefined)
      return convertRecord(node, text, file, options);
    if (fieldOf(node, 'behavior') !== undefined) {
      return refused(
        text,
        file,
        'convert.unknown',
        'Expected an automation, got a behavior of a bot',
      );
    }
    if (textOf(fieldOf(node, 'id')) !== undefined) return convertHooks(text, file);
  }
  return convertCerbPackage(text, file, options);
}

/** One automation, as Cerb exports it. */
function convertRecord(
  node: JsonNode,
  text: string,
  file: string,
  options: ConvertOptions,
): Conversion {
  const name = textOf(fieldOf(node, 'name')) ?? baseName(file);
  const extension = textOf(fieldOf(node, 'extension_id')) ?? 'cerb.trigger.webhook.respond';
  const trigger = TRIGGERS.get(extension);
  if (trigger === undefined) {
    return refused(
      text,
      file,
      'cerb.record',
      `Expected an automation of a webhook or a function, got \`${extension}\``,
    );
  }
  const fields = {
    script: textOf(fieldOf(node, 'script')) ?? '',
    policy: textOf(fieldOf(node, 'policy_kata')) ?? '',
    description: textOf(fieldOf(node, 'description')) ?? '',
  };
  return automation({ uid: name, name, trigger, ...fields }, file, options);
}

/** KATA with `start:`; its policy is not in it, so that all effects that it has are allowed. */
function convertScript(text: string, file: string, options: ConvertOptions): Conversion {
  const name = baseName(file).replace(/[^A-Za-z0-9._-]+/g, '-');
  const policy = 'commands:\n  all:\n    allow: yes\n';
  return automation(
    { uid: name, name, trigger: 'webhook', description: '', script: text, policy },
    file,
    options,
  );
}

function automation(
  fields: Parameters<typeof addAutomation>[0],
  file: string,
  { skipUnsupported }: ConvertOptions,
): Conversion {
  const assembly = new Assembly();
  addAutomation(fields, {
    assembly,
    file,
    skipUnsupported,
    cerbVersion: undefined,
    answers: {},
    hasPrompts: false,
  });
  return assembly.conversion('cerb automation');
}

/** Event KATA: what a webhook runs. */
function convertEvent(text: string, file: string): Conversion {
  const assembly = new Assembly();
  const findings = assembly.watch(new Findings(text, file));
  const name = baseName(file);
  const bindings = readBindings(text, findings);
  assembly.add('webhook', name, name, writeYaml({ kind: 'webhook', name, bindings }));
  return assembly.conversion('cerb event');
}

function refused(
  text: string,
  file: string,
  code: 'convert.unknown' | 'convert.too_long' | 'cerb.record',
  message: string,
): Conversion {
  const findings = new Findings(text, file);
  findings.error(code, { start: 0, end: 1 }, message, {
    hint: 'It takes packages (JSON), workflows, automations and event KATA of Cerb, and hooks.yaml or hooks.json.',
  });
  return {
    from: 'cerb package',
    records: [],
    manifest: undefined,
    leftOut: [],
    diagnostics: findings.diagnostics(),
    sources: new Map([[file, text]]),
  };
}

/** The last part of a path, without its extension. */
export function baseName(file: string): string {
  return file.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '') || 'converted';
}
