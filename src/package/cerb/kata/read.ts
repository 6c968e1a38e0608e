import type { Span } from '../../../language/source.ts';
import type { Findings } from '../../convert/findings.ts';
import { type KataLine, linesOf } from './lines.ts';
import type { KataEntry, KataText } from './tree.ts';

/** Characters of a file: a thousand times the largest automation that Cerb's own packages have. */
const KATA_CHARACTERS_MAX = 4 * 1024 * 1024;
/** Levels of nesting: people stop at ten. */
const KATA_DEPTH_MAX = 64;

const KEY = /^(&?[a-z0-9\-_/.*]+)(@[a-z0-9,]+)?:/i;
/** Annotations that make the lines below a key its text. */
const BLOCK_ANNOTATIONS: ReadonlySet<string> = new Set(
  `base64 bit bool csv date float int json list nowrap raw text trim`.split(' '),
);

interface OpenEntry extends KataEntry {
  readonly entries: OpenEntry[];
}

/**
 * Reads KATA: the entries at its top, and what is wrong, each with its place. Never throws.
 *
 * Follows Cerb's own parser (`services/kata.php`) where that is lenient: children of a key with a value
 * become its siblings, and an odd dedent belongs to the nearest level. A blank line does not end a block of
 * text, as it did before Cerb 11.
 */
export function readKata(text: string, findings: Findings): readonly KataEntry[] {
  if (text.length > KATA_CHARACTERS_MAX) {
    const message = `Expected at most ${KATA_CHARACTERS_MAX} characters of KATA, got ${text.length}`;
    findings.error('kata.too_long', { start: 0, end: 1 }, message);
    return [];
  }
  return new Reader(linesOf(text), findings).read();
}

class Reader {
  readonly #lines: readonly KataLine[];
  readonly #findings: Findings;
  /** Entries by their keys, for each list of siblings. */
  readonly #siblings = new WeakMap<readonly KataEntry[], Map<string, KataEntry>>();
  #at = 0;

  constructor(lines: readonly KataLine[], findings: Findings) {
    this.#lines = lines;
    this.#findings = findings;
  }

  read(): readonly KataEntry[] {
    const top: OpenEntry[] = [];
    const open: { readonly indent: number; readonly entry: OpenEntry }[] = [];
    let comment: string[] = [];
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++] as KataLine;
      if (line.isBlank || line.isComment) {
        comment = line.isBlank ? [] : [...comment, line.text.trim().replace(/^#\s?/, '')];
        continue;
      }
      const entry = this.#entry(line, comment.join('\n'));
      comment = [];
      if (entry === undefined) continue;
      while (open.length > 0 && (open.at(-1) as { indent: number }).indent >= line.indent)
        open.pop();
      // What stands below a key that has a value is its sibling.
      while (open.at(-1)?.entry.text !== undefined) open.pop();
      if (open.length >= KATA_DEPTH_MAX) {
        const message = `Expected at most ${KATA_DEPTH_MAX} levels, got more`;
        this.#findings.error('kata.too_deep', entry.span, message);
        return top;
      }
      const siblings = open.at(-1)?.entry.entries ?? top;
      if (this.#isNew(entry, siblings)) siblings.push(entry);
      open.push({ indent: line.indent, entry });
    }
    return top;
  }

  #entry(line: KataLine, comment: string): OpenEntry | undefined {
    const { indent, start, text } = line;
    if (text.slice(0, indent).includes('\t')) {
      this.#tab(line);
      return undefined;
    }
    const content = text.slice(indent);
    const found = KEY.exec(content);
    const from = start + indent;
    if (found === null) {
      const span = { start: from, end: start + text.length };
      const hint = /^[^:]*$/.test(content)
        ? 'Put a colon after the key, or a `@text:` key above a block of text.'
        : 'Keys are letters, digits and `- _ / . *`, with annotations such as `@bool` before the colon.';
      this.#findings.error(
        'kata.syntax',
        span,
        `Expected \`key: value\`, got \`${cut(content)}\``,
        {
          hint,
        },
      );
      return undefined;
    }
    const [head, key = '', marks = ''] = found;
    const annotations = marks.slice(1).toLowerCase().split(',').filter(Boolean);
    const rest = content.slice(head.length);
    const space = rest.length - rest.trimStart().length;
    const inline = rest.slice(space);
    const span = { start: from, end: from + head.length - 1 };
    const [type = key, ...names] = key.split('/');
    const name = names.length === 0 ? undefined : names.join('/');
    if (name !== undefined && !/^\w+$/.test(name)) {
      const message = `Expected a name of letters, digits and \`_\` after \`${type}/\`, got \`${name}\``;
      this.#findings.error('kata.name', span, message);
    }
    const value =
      inline === ''
        ? this.#block(line, annotations)
        : inlineText(inline, from + head.length + space);
    return {
      key,
      type,
      name,
      annotations,
      span,
      text: value,
      entries: [],
      comment: comment === '' ? undefined : comment,
    };
  }

  /** The lines below a key that are indented deeper, where its annotations make them a text. */
  #block(key: KataLine, annotations: readonly string[]): KataText | undefined {
    if (!annotations.some((annotation) => BLOCK_ANNOTATIONS.has(annotation))) return undefined;
    const lines: KataLine[] = [];
    for (let at = this.#at; at < this.#lines.length; at++) {
      const line = this.#lines[at] as KataLine;
      if (!line.isBlank && line.indent <= key.indent) break;
      lines.push(line);
    }
    // Blank lines before the next key belong to nobody, unless they are indented as the text is.
    while (lines.length > 0 && isOutside(lines.at(-1) as KataLine, key.indent)) lines.pop();
    this.#at += lines.length;
    const tabbed = lines.find(({ text, indent }) => text.slice(0, indent).includes('\t'));
    if (tabbed !== undefined) this.#tab(tabbed);
    const first = lines.find(({ isBlank }) => !isBlank) ?? lines[0];
    return blockText(lines, first?.indent ?? 0, key.start + key.text.length);
  }

  #isNew(entry: KataEntry, siblings: readonly KataEntry[]): boolean {
    const known = this.#siblings.get(siblings) ?? new Map<string, KataEntry>();
    this.#siblings.set(siblings, known);
    const other = known.get(entry.key);
    if (other === undefined) {
      known.set(entry.key, entry);
      return true;
    }
    const message = `Expected a key of its own, got \`${entry.key}\`, which stands here already`;
    this.#findings.error('kata.duplicate', entry.span, message, {
      hint: `Line ${this.#findings.source.line(other.span.start)} has it first. Give it a name: \`${entry.type}/other:\`.`,
    });
    return false;
  }

  #tab({ text, start, indent }: KataLine): void {
    const at = text.slice(0, indent).indexOf('\t');
    const span: Span = { start: start + at, end: start + at + 1 };
    this.#findings.error('kata.tab', span, 'Expected spaces to indent with, got a tab');
  }
}

function isOutside({ isBlank, indent }: KataLine, keyIndent: number): boolean {
  return isBlank && indent <= keyIndent;
}

function inlineText(value: string, start: number): KataText {
  return { value, isBlock: false, offset: (index) => start + Math.min(index, value.length) };
}

function blockText(lines: readonly KataLine[], indent: number, end: number): KataText {
  /** Where each line begins: in the file, and in the value. */
  const starts: number[] = [];
  const begins: number[] = [];
  let length = 0;
  const parts = lines.map((line) => {
    const cutAt = Math.min(indent, line.indent, line.text.length);
    starts.push(line.start + cutAt);
    begins.push(length);
    const part = line.text.slice(cutAt);
    length += part.length + 1;
    return part;
  });
  const value = parts.join('\n');
  return {
    value,
    isBlock: true,
    offset(index) {
      let low = 0;
      let high = begins.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((begins[middle] as number) <= index) low = middle;
        else high = middle - 1;
      }
      const within = Math.min(index - (begins[low] ?? 0), (parts[low] ?? '').length);
      return (starts[low] ?? end) + within;
    },
  };
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
