import { Report } from '../../language/report.ts';
import { SourceText } from '../../language/source.ts';
import { readYaml } from '../../language/yaml/read.ts';
import type { MapNode, YamlNode } from '../../language/yaml/tree.ts';
import { writeYaml } from '../cerb/automation/yaml.ts';
import { Assembly, packageName } from '../convert/assemble.ts';
import type { Conversion } from '../convert/conversion.ts';
import { Findings } from '../convert/findings.ts';
import { textIn } from './arguments.ts';
import { hookAutomation } from './hook.ts';

/** What is not allowed in the names of our automations. */
const STRANGE = /[^A-Za-z0-9._-]+/g;

/**
 * Converts the hooks of adnanh/webhook, `hooks.yaml` or `hooks.json`, each to an automation and the webhook
 * that it is bound to. Pure; never throws.
 *
 * @param file what diagnostics call it
 */
export function convertHooks(text: string, file: string): Conversion {
  const assembly = new Assembly();
  const findings = assembly.watch(new Findings(text, file));
  const report = new Report(new SourceText(text, file));
  if (/\{\{/.test(text)) {
    const start = text.indexOf('{{');
    findings.error(
      'hook.key',
      { start, end: start + 2 },
      'Expected a file without a template of Go, got one',
      {
        hint: 'Let `webhook -template` fill it in first, and convert the result.',
      },
    );
  }
  const tree = readYaml(report);
  const hooks = tree?.kind === 'list' ? tree.items : tree === undefined ? [] : [tree];
  const names = new Set<string>();
  for (const hook of hooks) addHook(hook, names, assembly, findings);
  const manifest = writeYaml(
    { name: packageName(file.replace(/^.*\//, '').replace(/\.\w+$/, '')), version: '1.0.0' },
    'Converted from hooks of adnanh/webhook. Their commands do not run here.',
  );
  const conversion = assembly.conversion('adnanh/webhook', manifest);
  return { ...conversion, diagnostics: [...report.diagnostics(), ...conversion.diagnostics] };
}

function addHook(node: YamlNode, names: Set<string>, assembly: Assembly, findings: Findings): void {
  const id = node.kind === 'map' ? textIn(node, 'id') : undefined;
  if (node.kind !== 'map' || id === undefined) {
    findings.error('hook.key', node, 'Expected a hook with an `id`, got none');
    return;
  }
  const name = id.replace(STRANGE, '-');
  if (names.has(name)) {
    findings.error(
      'hook.key',
      node,
      `Expected an id of its own, got \`${id}\`, which another hook has`,
    );
    return;
  }
  names.add(name);
  addRecords(node, id, name, assembly, findings);
}

function addRecords(
  node: MapNode,
  id: string,
  name: string,
  assembly: Assembly,
  findings: Findings,
): void {
  const text = hookAutomation(node, name, findings);
  assembly.add('automation', name, name, text);
  const webhook = { kind: 'webhook', name: id, bindings: [{ automation: name }] };
  assembly.add('webhook', `${name}-webhook`, id, writeYaml(webhook));
  if (!findings.hasErrors) assembly.check(name, text, (key) => key);
}
