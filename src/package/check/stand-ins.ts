import type { PackageManifest, PackagePlaceholder, PackagePrompt } from '../../core/package.ts';
import type { Value } from '../fill/scalar.ts';

/** Answers as somebody might give them, so that records can be looked at before anybody has. */
export type StandIns = ReadonlyMap<string, Value>;

/**
 * Two sets of answers that have nothing in common, as far as prompts leave a choice. What is wrong under both
 * does not depend on what people answer. No two keys have the same, as two keys of one map might be made of them.
 */
export function standIns({ prompts, placeholders }: PackageManifest): readonly StandIns[] {
  const all = [...prompts, ...placeholders];
  return [0, 1].map((turn) => new Map(all.map((one) => [one.key, standIn(one, turn === 0)])));
}

function standIn(one: PackagePrompt | PackagePlaceholder, isFirst: boolean): Value {
  const { key, type } = one;
  // A word: it may stand in a name, after a dot, and in a path.
  const word = isFirst ? key : `${key}_`;
  switch (type) {
    case 'secret':
      return key;
    case 'boolean':
      return isFirst;
    case 'number':
      return isFirst ? (numberIn(one.default) ?? 1) : 2;
    case 'choice':
      return (isFirst ? one.options?.at(0) : one.options?.at(-1))?.value ?? word;
    case 'text':
    case 'webhook':
    case 'hook':
      return isFirst ? String(one.default ?? word) : word;
    case 'random':
      return word;
    case 'date':
      return isFirst ? '2026-01-31' : '2027-12-01';
    case 'base_url':
      return isFirst ? 'https://hooks.example.com' : 'http://127.0.0.1:8080';
  }
}

function numberIn(value: PackagePrompt['default']): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
