import { jsonSteps } from '../json.ts';
import type { Content, ContentPart } from '../source.ts';

const PLAIN = ['body', 'timestamp', 'id', 'method', 'url', 'url:decoded', 'form:sorted'] as const;

/** What may stand between braces, for messages. */
export const CONTENT_PARTS =
  '{body}, {timestamp}, {id}, {method}, {url}, {url:decoded}, {form:sorted}, {header:NAME}, {query:NAME}, {json:PATH} and {pairs:A,B,C}';

/**
 * Reads the template of what is signed: text, and parts of the request in braces. `{{` is a brace, `\n` in
 * double quotes of YAML a line feed. What is wrong comes back as a text that completes "Expected …, got".
 */
export function readContent(text: string): Content | { readonly unknown: string } {
  const parts: ContentPart[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') parts.push({ is: 'text', text: literal });
    literal = '';
  };
  for (const [piece, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (piece === '{{' || piece === '}}') literal += piece.charAt(0);
    else if (piece === '{' || piece === '}') return { unknown: piece };
    else if (name === undefined) literal += piece;
    else {
      const part = partOf(name);
      if (part === undefined) return { unknown: piece };
      flush();
      parts.push(part);
    }
  }
  flush();
  return { text, parts };
}

function partOf(name: string): ContentPart | undefined {
  const plain = PLAIN.find((one) => one === name);
  if (plain !== undefined) return { is: plain };
  const [, kind, what = ''] = /^(header|query|json|pairs):(.+)$/.exec(name) ?? [];
  switch (kind) {
    case 'header':
      return { is: 'value', place: { in: 'header', names: [what] } };
    case 'query':
      return { is: 'value', place: { in: 'query', name: what } };
    case 'json': {
      const steps = jsonSteps(what);
      return steps && { is: 'value', place: { in: 'json', path: what, steps } };
    }
    case 'pairs':
      return { is: 'pairs', names: what.split(',') };
    default:
      return undefined;
  }
}
