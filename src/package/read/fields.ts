import { didYouMean } from '../../core/suggest.ts';
import type { Span } from '../../language/source.ts';
import { entryOf, type ListNode, type MapNode, type YamlNode } from '../../language/yaml/tree.ts';
import { ANSWER_CHARACTERS_MAX } from '../limits.ts';
import type { PackageReport } from './reports.ts';

/** Reads the keys of one map, and reports what is not as it should be. */
export class Fields {
  readonly map: MapNode;
  readonly #report: PackageReport;

  /** @param known every key that the map may have */
  constructor(map: MapNode, known: readonly string[], report: PackageReport) {
    this.map = map;
    this.#report = report;
    for (const { key } of map.entries) {
      if (known.includes(key.text)) continue;
      report.error('key.unknown', key, `Expected ${listed(known)}, got \`${key.text}\``, {
        hint: report.isFull ? undefined : didYouMean(key.text, known),
      });
    }
  }

  node(key: string): YamlNode | undefined {
    const value = entryOf(this.map, key)?.value;
    const isNothing = value?.kind === 'scalar' && value.value === null;
    return isNothing && value.isBroken !== true ? undefined : value;
  }

  /** Where to tell something about a key: its value, or the map's first key. */
  place(key: string): Span {
    return this.node(key) ?? this.map.entries[0]?.key ?? this.map;
  }

  /** Reports that a key has to be there. */
  require(key: string, hint?: string): boolean {
    if (this.node(key) !== undefined) return true;
    this.#report.error('key.missing', this.place(key), `Expected \`${key}\`, got none`, { hint });
    return false;
  }

  /** A text; `pattern` is what it must match, `what` says so in words. */
  text(key: string, form?: { pattern: RegExp; what: string }): string | undefined {
    const text = this.longText(key, ANSWER_CHARACTERS_MAX, form?.what);
    if (text === undefined || form === undefined || form.pattern.test(text)) return text;
    return this.#wrong(key, 'value.invalid', form.what);
  }

  /** @param most characters that it may have */
  longText(key: string, most: number, what = 'a text'): string | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.kind !== 'scalar' || typeof node.value !== 'string') {
      const hint = node.kind === 'scalar' ? 'Put quotes around it.' : undefined;
      return this.#wrong(key, 'value.type', what, hint);
    }
    if (node.value.length > most) {
      const message = `Expected \`${key}\` to have at most ${most} characters, got ${node.value.length}`;
      this.#report.error('package.too_large', node, message);
      return undefined;
    }
    if (node.value.isWellFormed()) return node.value;
    const message = `Expected \`${key}\` to be Unicode text, got half a character`;
    this.#report.error('package.encoding', node, message);
    return undefined;
  }

  choice<T extends string>(key: string, of: readonly T[]): T | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const found = of.find((one) => node.kind === 'scalar' && node.value === one);
    if (found !== undefined) return found;
    const hint = node.kind === 'scalar' ? didYouMean(node.text, of) : undefined;
    return this.#wrong(key, 'value.invalid', listed(of), hint);
  }

  integer(key: string, least: number, most: number): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const value = node.kind === 'scalar' ? node.value : undefined;
    const fits = typeof value === 'number' && Number.isInteger(value);
    if (fits && value >= least && value <= most) return value;
    return this.#wrong(key, 'value.invalid', `a whole number from ${least} to ${most}`);
  }

  boolean(key: string): boolean | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    return this.#wrong(key, 'value.type', '`true` or `false`');
  }

  /** A text, a number or a boolean. */
  scalar(key: string): string | number | boolean | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && node.value !== null) {
      return typeof node.value === 'string' ? this.text(key) : node.value;
    }
    return this.#wrong(key, 'value.type', 'a text, a number, `true` or `false`');
  }

  /** The items of a list; none where it is absent. */
  list(key: string, most: number): ListNode['items'] {
    const node = this.node(key);
    if (node === undefined) return [];
    if (node.kind !== 'list') {
      this.#wrong(key, 'value.type', 'a list');
      return [];
    }
    if (node.items.length <= most) return node.items;
    const message = `Expected at most ${most} items in \`${key}\`, got ${node.items.length}`;
    this.#report.error('package.too_large', node, message);
    return [];
  }

  mapNode(key: string): MapNode | undefined {
    const node = this.node(key);
    if (node === undefined || node.kind === 'map') return node;
    return this.#wrong(key, 'value.type', 'a map');
  }

  #wrong(
    key: string,
    code: 'value.type' | 'value.invalid',
    expected: string,
    hint?: string,
  ): undefined {
    const node = this.node(key) as YamlNode;
    if (node.kind === 'scalar' && node.isBroken) return undefined;
    const message = `Expected \`${key}\` to be ${expected}, got ${described(node)}`;
    this.#report.error(code, node, message, { hint });
    return undefined;
  }
}

/** Characters of a value that a message quotes. */
const QUOTED_MAX = 60;

function described(node: YamlNode): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  const { text } = node;
  const shown = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return typeof node.value === 'string'
    ? JSON.stringify(shown)
    : `the ${typeof node.value} ${shown}`;
}

/** `a`, `b` or `c`. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
