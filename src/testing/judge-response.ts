import type { Answer } from '../core/run.ts';
import { type MapNode, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import { compare, difference, shown } from './compare.ts';
import type { Difference } from './suite.ts';

/** Where an answer is not what `expect.response` says. */
export function judgeResponse(node: MapNode, answer: Answer): readonly Difference[] {
  return node.entries.flatMap(({ key, value }) => {
    const what = `response.${key.text}`;
    switch (key.text) {
      case 'status':
        return compare(value, answer.status, what);
      case 'headers':
        return value.kind === 'map' ? judgeHeaders(value, answer.headers, what) : [];
      case 'json':
      case 'json_exact':
        return judgeJson(value, textOf(answer), what, key.text === 'json_exact');
      case 'contains': {
        const part = value.kind === 'scalar' ? value.text : '';
        const text = textOf(answer);
        if (text.includes(part)) return [];
        const expected = `a text with ${shown(part)}`;
        return [{ what, expected, got: shown(text), place: value }];
      }
      case 'base64':
        return compare(value, Buffer.from(answer.body as string).toString('base64'), what);
      default:
        return textIs(value, textOf(answer)) ? [] : [difference(value, textOf(answer), what)];
    }
  });
}

/** A header that is repeated is expected as a list; `null` expects none. */
export function judgeHeaders(
  node: MapNode,
  headers: readonly (readonly [name: string, value: string])[],
  what: string,
): readonly Difference[] {
  return node.entries.flatMap(({ key, value }) => {
    const name = key.text.toLowerCase();
    const got = headers.filter(([own]) => own.toLowerCase() === name).map(([, text]) => text);
    const wanted = plainValue(value);
    const all =
      wanted === null ? [] : Array.isArray(wanted) ? wanted.map(String) : [String(wanted)];
    if (all.length === got.length && all.every((text, index) => text === got[index])) return [];
    const place = value.end > value.start ? value : key;
    const said = got.length > 1 ? got : got[0];
    const expected = wanted === null ? 'nothing' : shown(wanted);
    return [{ what: `${what}.${key.text}`, expected, got: shown(said), place }];
  });
}

/** A body's text against a value as JSON. */
export function judgeJson(
  node: YamlNode,
  text: string,
  what: string,
  isExact: boolean,
): readonly Difference[] {
  let got: unknown;
  try {
    got = JSON.parse(text);
  } catch {
    return [
      { what, expected: shown(plainValue(node)), got: `no JSON: ${shown(text)}`, place: node },
    ];
  }
  return compare(node, got, what, isExact);
}

/** Numbers and the like are texts where a text is expected. */
export function textIs(node: YamlNode, text: string): boolean {
  return node.kind === 'scalar' && node.text === text;
}

function textOf({ body }: Answer): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString();
}
