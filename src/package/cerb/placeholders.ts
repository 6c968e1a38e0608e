/** What the import fills in: `{{{name}}}` alone. */
const NAME = /^\s*([A-Za-z_]\w*)\s*$/;
const TRIPLE = /\{\{\{([\s\S]*?)\}\}\}/g;

/** What cannot be kept of a package's own templates. */
export interface TemplateFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string;
}

/**
 * Turns the templates that Cerb fills in when it imports a package, `{{{name}}}`, into those that it fills in
 * when an automation runs: prompts become inputs. Every template keeps its length, so that places stay the
 * same.
 */
export function promptsAtRunTime(text: string): { text: string; faults: readonly TemplateFault[] } {
  const faults: TemplateFault[] = [];
  const unknown = /\{\{%[\s\S]*?%\}\}|\{\{#[\s\S]*?#\}\}/g;
  for (const { 0: found, index } of text.matchAll(unknown)) {
    faults.push({
      start: index,
      end: index + found.length,
      message: 'Expected `{{{name}}}` for the import to fill in, got a statement',
      hint: 'Write the condition into the automation: prompts are inputs there.',
    });
  }
  const changed = text.replace(TRIPLE, (found, inner: string, index: number) => {
    const before = text.slice(0, index);
    const fault = faultOf(found, inner, index);
    if (fault !== undefined) faults.push(fault);
    const around = surroundings(before);
    if (around === 'expression') return `(  ${inner}  )`;
    if (around === '"') return `#{  ${inner} }`;
    if (around === "'") {
      faults.push({
        start: index,
        end: index + found.length,
        message: `Expected \`${found}\` outside of a text in single quotes, got it inside`,
        hint: 'Put the text into double quotes.',
      });
    }
    return `{{ ${inner} }}`;
  });
  return { text: changed, faults };
}

function faultOf(found: string, inner: string, index: number): TemplateFault | undefined {
  if (!/\b(?:uid|default)\./.test(inner)) return undefined;
  return {
    start: index,
    end: index + found.length,
    message: `Expected a prompt or a placeholder, got \`${found}\``,
    hint: 'Ids of records and the settings of Cerb have no counterpart.',
  };
}

/** Whether a place is inside a template, and there in which kind of text. */
function surroundings(before: string): 'text' | 'expression' | '"' | "'" {
  const open = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'));
  const close = Math.max(before.lastIndexOf('}}'), before.lastIndexOf('%}'));
  if (open < 0 || close > open) return 'text';
  const inside = before.slice(open + 2).replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '');
  if (inside.includes('"')) return '"';
  return inside.includes("'") ? "'" : 'expression';
}

/** A text that the import fills in: its names, or `undefined` where it holds more than names. */
export function promptNames(text: string): readonly string[] | undefined {
  const names = [...text.matchAll(TRIPLE)].map(([, inner = '']) => NAME.exec(inner)?.[1]);
  if (names.includes(undefined) || /\{\{[%#]/.test(text)) return undefined;
  return names as string[];
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
