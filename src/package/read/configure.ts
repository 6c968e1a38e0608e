import { hostPatternText, readHostPattern } from '../../core/host-pattern.ts';
import type { PackageManifest, PackagePlaceholder, PackagePrompt } from '../../core/package.ts';
import { secretNameMistake } from '../../core/secret.ts';
import type { MapNode, YamlNode } from '../../language/yaml/tree.ts';
import { ALPHABET_MAX, OPTIONS_MAX, QUESTIONS_MAX, RANDOM_LENGTH_MAX } from '../limits.ts';
import { Fields } from './fields.ts';
import type { PackageReport } from './reports.ts';

const PROMPT_TYPES = [
  'text',
  'choice',
  'secret',
  'boolean',
  'number',
  'webhook',
  'hook',
] as const satisfies readonly PackagePrompt['type'][];
const PLACEHOLDER_TYPES = ['random', 'date', 'base_url'] as const;

const KEY = {
  pattern: /^[A-Za-z_]\w{0,63}$/,
  what: 'letters, digits and `_`, at most 64, that begin with no digit',
};
/** `{{{uid.x}}}` and `{{{braces}}}` have meanings of their own; the last is no name for a key of an object. */
const RESERVED = ['uid', 'braces', '__proto__'];
const RANDOM_LENGTH = 8;

/** Reads `configure:`. */
export function readConfigure(
  map: MapNode | undefined,
  report: PackageReport,
): Pick<PackageManifest, 'prompts' | 'placeholders'> {
  if (map === undefined) return { prompts: [], placeholders: [] };
  const fields = new Fields(map, ['prompts', 'placeholders'], report);
  const keys = new Set<string>();
  const prompts = fields
    .list('prompts', QUESTIONS_MAX)
    .flatMap((node) => readPrompt(node, keys, report) ?? []);
  const placeholders = fields
    .list('placeholders', QUESTIONS_MAX)
    .flatMap((node) => readPlaceholder(node, keys, report) ?? []);
  return { prompts, placeholders };
}

function readPrompt(
  node: YamlNode,
  keys: Set<string>,
  report: PackageReport,
): PackagePrompt | undefined {
  const known = [
    'key',
    'label',
    'type',
    'description',
    'placeholder',
    'default',
    'options',
    'hosts',
  ];
  const fields = fieldsOf(node, known, 'a prompt', report);
  const key = fields && readKey(fields, keys, report);
  if (fields === undefined || key === undefined) return undefined;
  const type = fields.choice('type', PROMPT_TYPES) ?? 'text';
  const description = fields.text('description');
  const placeholder = fields.text('placeholder');
  const options = readOptions(fields, type, report);
  const hosts = readHosts(fields, type, report);
  const prompt: PackagePrompt = {
    key,
    label: fields.text('label') ?? key,
    type,
    ...(description === undefined ? {} : { description }),
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(options === undefined ? {} : { options }),
    ...(hosts === undefined ? {} : { hosts }),
  };
  const fallback = readDefault(fields, prompt, report);
  if (type === 'secret') checkSecret(fields, key, report);
  return { ...prompt, ...(fallback === undefined ? {} : { default: fallback }) };
}

function readKey(fields: Fields, keys: Set<string>, report: PackageReport): string | undefined {
  fields.require('key');
  const key = fields.text('key', KEY);
  if (key === undefined) return undefined;
  if (!keys.has(key) && !RESERVED.includes(key)) {
    keys.add(key);
    return key;
  }
  const whose = keys.has(key) ? 'which another one has' : 'which has a meaning of its own';
  const message = `Expected a key of its own, got \`${key}\`, ${whose}`;
  report.error('package.key', fields.place('key'), message);
  return undefined;
}

function checkSecret(fields: Fields, key: string, report: PackageReport): void {
  if (fields.node('default') !== undefined) {
    const hint = 'Whoever has the package could read it.';
    report.error(
      'key.conflict',
      fields.place('default'),
      'Expected no default of a secret, got one',
      { hint },
    );
  }
  const mistake = secretNameMistake(key);
  if (mistake !== undefined) report.error('value.invalid', fields.place('key'), mistake);
}

/** The default, of the type that answers have. */
function readDefault(
  fields: Fields,
  prompt: PackagePrompt,
  report: PackageReport,
): PackagePrompt['default'] | undefined {
  switch (prompt.type) {
    case 'boolean':
      return fields.boolean('default');
    case 'number': {
      const value = fields.scalar('default');
      if (value === undefined || typeof value === 'number') return value;
      report.error(
        'value.type',
        fields.place('default'),
        'Expected `default` to be a number, got something else',
      );
      return undefined;
    }
    case 'choice': {
      const value = fields.scalar('default');
      const known = prompt.options?.map((option) => option.value) ?? [];
      if (value === undefined || known.includes(String(value))) {
        return value === undefined ? undefined : String(value);
      }
      report.error(
        'value.invalid',
        fields.place('default'),
        'Expected `default` to be one of the options, got another value',
      );
      return undefined;
    }
    case 'secret':
      return undefined;
    default:
      return fields.text('default');
  }
}

function readOptions(
  fields: Fields,
  type: PackagePrompt['type'],
  report: PackageReport,
): PackagePrompt['options'] | undefined {
  if (type !== 'choice') {
    if (fields.node('options') === undefined) return undefined;
    const hint = 'A prompt with `options` has the type `choice`.';
    report.error(
      'key.conflict',
      fields.place('options'),
      `Expected no options of the type ${type}, got some`,
      { hint },
    );
    return undefined;
  }
  if (!fields.require('options', 'A choice needs what can be chosen.')) return [];
  const options = fields.list('options', OPTIONS_MAX).flatMap((node) => readOption(node, report));
  const values = new Set(options.map(({ value }) => value));
  if (options.length === 0 || values.size < options.length) {
    const message = 'Expected options that differ, at least one, got none or some twice';
    report.error('value.invalid', fields.place('options'), message);
  }
  return options;
}

function readOption(node: YamlNode, report: PackageReport): NonNullable<PackagePrompt['options']> {
  if (node.kind === 'scalar' && node.value !== null) {
    return [{ label: node.text, value: node.text }];
  }
  const fields = fieldsOf(node, ['label', 'value'], 'an option', report);
  if (fields === undefined || !fields.require('value')) return [];
  const value = fields.scalar('value');
  return value === undefined
    ? []
    : [{ label: fields.text('label') ?? String(value), value: String(value) }];
}

function readHosts(
  fields: Fields,
  type: PackagePrompt['type'],
  report: PackageReport,
): readonly string[] | undefined {
  if (fields.node('hosts') === undefined) return undefined;
  if (type !== 'secret') {
    report.error(
      'key.conflict',
      fields.place('hosts'),
      `Expected no hosts of the type ${type}, got some`,
    );
    return undefined;
  }
  return fields.list('hosts', OPTIONS_MAX).flatMap((node) => {
    const pattern = node.kind === 'scalar' ? readHostPattern(node.text) : undefined;
    if (pattern !== undefined) return [hostPatternText(pattern)];
    report.error(
      'value.invalid',
      node,
      'Expected a host such as `api.example.com`, got something else',
    );
    return [];
  });
}

function readPlaceholder(
  node: YamlNode,
  keys: Set<string>,
  report: PackageReport,
): PackagePlaceholder | undefined {
  const fields = fieldsOf(node, ['key', 'type', 'length', 'alphabet'], 'a placeholder', report);
  const key = fields && readKey(fields, keys, report);
  if (fields === undefined || key === undefined) return undefined;
  fields.require('type');
  const type = fields.choice('type', PLACEHOLDER_TYPES);
  if (type === 'random') {
    const alphabet = fields.text('alphabet');
    const letters = new Set(alphabet).size;
    if (alphabet !== undefined && (letters < 2 || letters > ALPHABET_MAX)) {
      const message = `Expected 2 to ${ALPHABET_MAX} different letters, got ${letters}`;
      report.error('value.invalid', fields.place('alphabet'), message);
    }
    return {
      key,
      type,
      length: fields.integer('length', 1, RANDOM_LENGTH_MAX) ?? RANDOM_LENGTH,
      ...(alphabet === undefined ? {} : { alphabet }),
    };
  }
  for (const extra of ['length', 'alphabet']) {
    if (fields.node(extra) === undefined) continue;
    report.error(
      'key.conflict',
      fields.place(extra),
      `Expected \`${extra}\` with the type random alone, got it`,
    );
  }
  return type === undefined ? undefined : { key, type };
}

function fieldsOf(
  node: YamlNode,
  known: readonly string[],
  what: string,
  report: PackageReport,
): Fields | undefined {
  if (node.kind === 'map') return new Fields(node, known, report);
  report.error('value.type', node, `Expected ${what}, which is a map, got a ${node.kind}`);
  return undefined;
}
