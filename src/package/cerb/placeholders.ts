/** What the import fills in: `{{{name}}}` alone. */
const NAME = /^\s*([A-Za-z_]\w*)\s*$/;

/** What cannot be kept of a package's own templates. */
export interface TemplateFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string;
}

/** One template that the import fills in: `{{{ … }}}`, `{{% … %}}` or `{{# … #}}`. */
interface Filled {
  readonly start: number;
  readonly end: number;
  readonly inner: string;
  readonly isStatement: boolean;
}

const CLOSES: Readonly<Record<string, string>> = { '{{{': '}}}', '{{%': '%}}', '{{#': '#}}' };

/** The templates of the import, from left to right. Once an end is missing, it is not looked for again. */
function filledIn(text: string): readonly Filled[] {
  const found: Filled[] = [];
  const open = /\{\{[{%#]/g;
  const missing = new Set<string>();
  for (let match = open.exec(text); match !== null; match = open.exec(text)) {
    const [mark] = match;
    const close = CLOSES[mark] as string;
    const at = missing.has(close) ? -1 : text.indexOf(close, open.lastIndex);
    if (at < 0) missing.add(close);
    else {
      const end = at + close.length;
      const inner = text.slice(open.lastIndex, at);
      found.push({ start: match.index, end, inner, isStatement: mark !== '{{{' });
      open.lastIndex = end;
    }
  }
  return found;
}

/**
 * Turns the templates that Cerb fills in when it imports a package, `{{{name}}}`, into those that it fills in
 * when an automation runs: prompts become inputs. Every template keeps its length, so that places stay the
 * same.
 */
export function promptsAtRunTime(text: string): { text: string; faults: readonly TemplateFault[] } {
  const faults: TemplateFault[] = [];
  const around = new Surroundings();
  let changed = '';
  let at = 0;
  for (const { start, end, inner, isStatement } of filledIn(text)) {
    const before = text.slice(at, start);
    around.pass(before);
    const place = around.place;
    changed += before + (isStatement ? text.slice(start, end) : atRunTime(inner, place));
    at = end;
    const fault = faultOf(inner, isStatement, place);
    if (fault !== undefined) faults.push({ start, end, ...fault });
  }
  return { text: changed + text.slice(at), faults };
}

type Place = 'text' | 'expression' | '"' | "'";

function atRunTime(inner: string, place: Place): string {
  if (place === 'expression') return `(  ${inner}  )`;
  return place === '"' ? `#{  ${inner} }` : `{{ ${inner} }}`;
}

function faultOf(
  inner: string,
  isStatement: boolean,
  place: Place,
): Pick<TemplateFault, 'message' | 'hint'> | undefined {
  if (isStatement) {
    return {
      message: 'Expected `{{{name}}}` for the import to fill in, got a statement',
      hint: 'Write the condition into the automation: prompts are inputs there.',
    };
  }
  if (/\b(?:uid|default)\./.test(inner)) {
    return {
      message: `Expected a prompt or a placeholder, got \`{{{${inner}}}}\``,
      hint: 'Ids of records and the settings of Cerb have no counterpart.',
    };
  }
  if (place !== "'") return undefined;
  return {
    message: `Expected \`{{{${inner}}}}\` outside of a text in single quotes, got it inside`,
    hint: 'Put the text into double quotes.',
  };
}

/** Follows a template from left to right: whether a place is inside `{{ … }}`, and there in which text. */
class Surroundings {
  #isInside = false;
  #quote = '';

  get place(): Place {
    if (!this.#isInside) return 'text';
    return this.#quote === '' ? 'expression' : (this.#quote as '"' | "'");
  }

  pass(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const [letter, two] = [text[at] as string, text.slice(at, at + 2)];
      if (!this.#isInside) {
        if (two !== '{{' && two !== '{%') continue;
        this.#isInside = true;
        at++;
      } else if (this.#quote !== '') {
        if (letter === '\\') at++;
        else if (letter === this.#quote) this.#quote = '';
      } else if (letter === '"' || letter === "'") this.#quote = letter;
      else if (two === '}}' || two === '%}') {
        this.#isInside = false;
        at++;
      }
    }
  }
}

/** A text that the import fills in: its names, or `undefined` where it holds more than names. */
export function promptNames(text: string): readonly string[] | undefined {
  const names = filledIn(text).map(({ inner, isStatement }) =>
    isStatement ? undefined : NAME.exec(inner)?.[1],
  );
  return names.includes(undefined) ? undefined : (names as string[]);
}

/** `_exclude: "{{{prompt != 'x'}}}"` as data. */
export interface Exclusion {
  readonly prompt: string;
  /** Left out where the answer is this. */
  readonly is?: string;
  /** Left out unless the answer is this. */
  readonly is_not?: string;
  /** Left out where the answer counts as true, or does not. */
  readonly is_true?: boolean;
}

/** Reads what says under which answer a record is left out; `undefined` where it says more than that. */
export function readExclusion(text: string): Exclusion | boolean | undefined {
  const inner = /^\s*\{\{\{([\s\S]*)\}\}\}\s*$/.exec(text)?.[1]?.trim();
  if (inner === undefined) return /\{\{/.test(text) ? undefined : !['', '0'].includes(text.trim());
  const compared = /^(\w+)\s*(==|!=)\s*(?:'([^']*)'|"([^"]*)")$/.exec(inner);
  if (compared !== null) {
    const [, prompt = '', sign, single, double] = compared;
    const answer = single ?? double ?? '';
    return sign === '==' ? { prompt, is: answer } : { prompt, is_not: answer };
  }
  const alone = /^(not\s+)?(\w+)$/.exec(inner);
  return alone === null
    ? undefined
    : { prompt: alone[2] as string, is_true: alone[1] === undefined };
}
