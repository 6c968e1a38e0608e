import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Report } from '../report.ts';
import type { Span } from '../source.ts';
import { alignText } from './alignment.ts';
import type { Misreadings } from './misread.ts';
import { writeScalar } from './quote.ts';
import { reportTag } from './syntax-error.ts';
import type { ListNode, MapEntry, MapNode, ScalarNode, YamlNode } from './tree.ts';

const STYLES = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
} as const;

/** Makes the language's tree of a composed document, and reports the parts of YAML that it leaves out. */
export class Conversion {
  private readonly report: Report;
  private readonly misreadings: Misreadings;

  constructor(report: Report, misreadings: Misreadings) {
    this.report = report;
    this.misreadings = misreadings;
  }

  node(node: Node, inFlow = false): YamlNode {
    const span = spanOf(node);
    if (isAlias(node)) {
      this.refuseAlias(span, 'an alias');
      return { ...missing(span.start), isBroken: true };
    }
    if ('anchor' in node && node.anchor !== undefined) this.refuseAlias(span, 'an anchor');
    if (node.tag !== undefined && isScalar(node)) reportTag(span, this.report);
    if (isMap(node) && this.isMoustache(span)) {
      return this.refuseMoustache(span, inFlow);
    }
    if (isMap(node) && this.isPlaceholder(span)) return this.refusePlaceholder(span);
    if (isMap(node)) return this.map(node, span, inFlow || node.flow === true);
    if (isSeq(node)) return this.list(node.items, span, inFlow || node.flow === true);
    if (isScalar(node)) return this.scalar(node, span, inFlow);
    return missing(span.start);
  }

  private list(items: readonly unknown[], span: Span, inFlow: boolean): ListNode {
    return {
      kind: 'list',
      ...span,
      items: items.map((item) => this.value(item, span.start, inFlow)),
    };
  }

  private map(map: YAMLMap, span: Span, inFlow: boolean): MapNode {
    const entries: MapEntry[] = [];
    const seen = new Map<string, ScalarNode>();
    for (const pair of map.items) {
      const entry = this.entry(pair, span.start, inFlow);
      if (entry === undefined) continue;
      const { key } = entry;
      const first = seen.get(key.text);
      if (first === undefined) {
        seen.set(key.text, key);
        entries.push(entry);
        continue;
      }
      const line = this.report.source.line(first.start);
      this.report.error(
        'yaml.duplicate_key',
        key,
        `Expected each key once, got \`${key.text}\` again`,
        { hint: `The first one is in line ${line}.` },
      );
    }
    return { kind: 'map', ...span, entries };
  }

  private entry({ key, value }: Pair, start: number, inFlow: boolean): MapEntry | undefined {
    const written = this.value(key, start, inFlow);
    if (written.kind !== 'scalar') {
      this.report.error('yaml.key', written, `Expected a text as key, got a ${written.kind}`);
      return undefined;
    }
    if (written.text === '<<' && written.style === 'plain') {
      this.refuseAlias(written, 'a merge key');
      return undefined;
    }
    return { key: written, value: this.value(value, written.end, inFlow) };
  }

  private value(value: unknown, start: number, inFlow: boolean): YamlNode {
    return isNode(value) ? this.node(value, inFlow) : missing(start);
  }

  private scalar(scalar: Scalar, span: Span, inFlow: boolean): ScalarNode {
    const misread = this.misreadings.get(span.start);
    if (misread !== undefined) {
      const { content, origin, end } = misread;
      const offset = (index: number) => Math.max(span.start, Math.min(origin + index, end));
      return {
        kind: 'scalar',
        ...span,
        value: content,
        text: content,
        style: 'plain',
        inFlow,
        offset,
      };
    }
    const value = scalar.value as ScalarNode['value'];
    const text = typeof value === 'string' ? value : (scalar.source ?? '');
    const style = STYLES[(scalar.type ?? 'PLAIN') as keyof typeof STYLES] ?? 'plain';
    if (typeof value === 'number') this.checkDigits(value, text, span);
    return {
      kind: 'scalar',
      ...span,
      value,
      text,
      style,
      inFlow,
      offset: this.offsets(text, span, style),
    };
  }

  private offsets(text: string, { start, end }: Span, style: ScalarNode['style']) {
    const source = this.report.source.text;
    switch (style) {
      case 'plain':
        return alignText(text, source, start, end, 'plain');
      case 'single':
      case 'double':
        return alignText(text, source, start + 1, end - 1, style);
      case 'literal':
      case 'folded': {
        const header = source.slice(start, end).indexOf('\n');
        return alignText(text, source, header < 0 ? end : start + header + 1, end, 'block');
      }
    }
  }

  /** 12345678901234567890 would arrive as 12345678901234567000, and +4915112345678 and 01234 without their heads. */
  private checkDigits(value: number, text: string, span: Span): void {
    if (!/^[-+]?\d+$/.test(text)) return;
    const isLong = !Number.isSafeInteger(value);
    if (!isLong && !/^(?:\+|-?0\d)/.test(text)) return;
    const wanted = isLong ? 'of at most 15 digits' : 'that begins with another digit';
    this.report.warning('value.inexact', span, `Expected a number ${wanted}, got ${text}`, {
      hint: `JavaScript reads it as ${BigInt(value)}. Put quotes around it to keep ${isLong ? 'every digit' : 'it as it is'}.`,
    });
  }

  private isMoustache({ start, end }: Span): boolean {
    const { text } = this.report.source;
    return text[start - 1] !== '$' && /^\{\{[^{}]*\}\}$/.test(text.slice(start, end));
  }

  /** `{{ x }}` is how other languages write expressions; YAML sees a map whose key is a map. */
  private refuseMoustache({ start, end }: Span, inFlow: boolean): ScalarNode {
    const written = writeScalar(`$${this.report.source.text.slice(start, end)}`, inFlow);
    this.report.error(
      'yaml.key',
      { start, end },
      'Expected an expression in `${{ }}`, got `{{ }}`',
      {
        hint: `Write ${written}`,
        fix: { start, end, text: written },
      },
    );
    return { ...missing(start), isBroken: true };
  }

  private isPlaceholder({ start, end }: Span): boolean {
    return /^\{\{\{[ \t]*[\w.-]+[ \t]*\}\}\}$/.test(this.report.source.text.slice(start, end));
  }

  /** What the import of a package fills in is a map in a map in a map to YAML. */
  private refusePlaceholder({ start, end }: Span): ScalarNode {
    const written = `"${this.report.source.text.slice(start, end)}"`;
    this.report.error(
      'yaml.unquoted',
      { start, end },
      'Expected `{{{ }}}` in quotes, got it without, which YAML reads as maps',
      { hint: `Write ${written}`, fix: { start, end, text: written } },
    );
    return { ...missing(start), isBroken: true };
  }

  private refuseAlias(span: Span, what: string): void {
    this.report.error('yaml.alias', span, `Expected a value, got ${what}`, {
      hint: 'Automations have no anchors, aliases or merge keys: write the value out, or `set` a variable.',
    });
  }
}

/** What stands where the document has nothing. */
function missing(at: number): ScalarNode {
  return {
    kind: 'scalar',
    start: at,
    end: at,
    value: null,
    text: '',
    style: 'plain',
    inFlow: false,
    offset: () => at,
  };
}

function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0, 0];
  return { start, end };
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}
