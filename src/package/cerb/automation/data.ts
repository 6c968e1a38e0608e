import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';
import { type Code, call, constant, LEVEL, make } from '../twig/code.ts';
import { LOGS } from './commands.ts';
import { refuse, type Step, type Translation } from './translation.ts';
import { expression, readValue, staticText, toCode, toYaml, type Value } from './value.ts';

/** `set:` sets variables one after the other. */
export function set(entry: KataEntry, translation: Translation): Step[] {
  const entries = entry.entries.map((child) => {
    const value = toYaml(readValue(child, translation));
    translation.scope.ready(child.key);
    return [translation.scope.nameOf(child.key), value] as const;
  });
  return entries.length === 0 ? [] : [{ set: Object.fromEntries(entries) }];
}

/** `var.set`, `var.push` and `var.unset`: a changed copy, because PHP copies what is assigned. */
export function change(entry: KataEntry, translation: Translation): Step[] {
  const inputs = entryOf(entry.entries, 'inputs') ?? entry;
  const key = entryOf(inputs.entries, 'key');
  const paths = pathsOf(key, inputs, translation);
  return paths.flatMap((path) => changeAt(entry, inputs, path, translation));
}

function changeAt(
  entry: KataEntry,
  inputs: KataEntry,
  path: readonly Code[],
  translation: Translation,
): Step[] {
  const [root, ...names] = path;
  const name = root?.constant;
  if (typeof name !== 'string' || name === '') {
    refuse(
      translation,
      'cerb.value',
      entry.span,
      'Expected the name of a variable in `key:`, got an expression',
      'Write the name of the variable, and compute what is below it.',
    );
    return [];
  }
  const { scope } = translation;
  const target = scope.variable(name) ?? constant(null);
  const value = entryOf(inputs.entries, 'value');
  const changed = value === undefined ? constant(null) : toCode(readValue(value, translation));
  scope.ready(name);
  const made = scope.nameOf(name);
  if (entry.type === 'var.unset' && names.length === 0) return [{ set: { [made]: null } }];
  if (entry.type === 'var.set' && names.length === 0) {
    return [
      { set: { [made]: value === undefined ? null : toYaml(readValue(value, translation)) } },
    ];
  }
  return [{ set: { [made]: expression(changedCode(entry.type, target, names, changed)) } }];
}

function changedCode(type: string, target: Code, names: readonly Code[], changed: Code): Code {
  const path = make(`[${names.map(({ code }) => code).join(', ')}]`, LEVEL.call, 'list');
  if (type === 'var.unset') {
    return call('Cerb.unset', [target, make(`[${path.code}]`, LEVEL.call, 'list')]);
  }
  if (type === 'var.set') return call('Cerb.set', [target, path, changed]);
  if (names.length === 0) return call('Cerb.push', [target, changed]);
  const part = names.reduce((object, key) => call('Cerb.get', [object, key]), target);
  return call('Cerb.set', [target, path, call('Cerb.push', [part, changed])]);
}

/** The paths in `key:`, each as its names. */
function pathsOf(
  key: KataEntry | undefined,
  inputs: KataEntry,
  translation: Translation,
): readonly (readonly Code[])[] {
  if (key === undefined) {
    translation.findings.error('cerb.key', inputs.span, 'Expected `key:`, got none');
    return [];
  }
  const mark = plainText(entryOf(inputs.entries, 'delimiter')) || ':';
  const value = readValue(key, translation);
  if (value.is === 'static' && Array.isArray(value.value)) {
    return value.value.map((path) => String(path).split(mark).map(constant));
  }
  return [split(value, mark)];
}

/** Splits a text at the delimiter, where that does not stand inside an expression. */
function split(value: Value, mark: string): readonly Code[] {
  const known = staticText(value);
  if (known !== undefined) return known.trim().split(mark).map(constant);
  if (value.is !== 'text' || value.template.kind !== 'mixed') return [toCode(value)];
  const names: Code[][] = [[]];
  for (const part of value.template.parts) {
    if (typeof part.constant !== 'string') {
      names.at(-1)?.push(part);
      continue;
    }
    for (const [index, text] of part.constant.split(mark).entries()) {
      if (index > 0) names.push([]);
      if (text !== '') names.at(-1)?.push(constant(text));
    }
  }
  return names.map((parts) => {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return make(
      parts
        .map((part) => (part.kind === 'text' ? part.code : `Cerb.text(${part.code})`))
        .join(' + ') || "''",
      LEVEL.sum,
      'text',
    );
  });
}

/** `log`, `log.warn`, `log.error` and `log.alert`; an empty text is not written. */
export function log(entry: KataEntry, translation: Translation): Step[] {
  const text = toYaml(readValue(entry, translation));
  if (text === '' || entry.text === undefined) return [];
  const level = LOGS[entry.type] ?? 'info';
  return [{ log: text, ...(level === 'info' ? {} : { level }) }];
}
