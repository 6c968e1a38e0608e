import { Document, isMap, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';

/** Comments that stand above maps, such as steps. */
const comments = new WeakMap<object, string>();

/** Remembers a comment for a map; gives the map back. */
export function commented<T extends object>(value: T, comment: string | undefined): T {
  if (comment !== undefined && comment.trim() !== '') comments.set(value, comment);
  return value;
}

/** A value as YAML that people read: blocks, long texts over several lines, comments where they were. */
export function writeYaml(value: object, head?: string): string {
  const document = new Document();
  document.contents = toNode(value) as YAMLMap;
  if (head !== undefined) document.commentBefore = head.replace(/^/gm, ' ');
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}

function toNode(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(toNode);
    if (value.length === 0) list.flow = true;
    return list;
  }
  if (typeof value !== 'object' || value === null) return scalar(value);
  const map = new YAMLMap();
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) map.items.push(new Pair(scalar(key), toNode(item)));
  }
  if (map.items.length === 0) map.flow = true;
  const comment = comments.get(value);
  if (comment !== undefined && isMap(map)) map.commentBefore = comment.replace(/^/gm, ' ');
  return map;
}

function scalar(value: unknown): Scalar {
  const node = new Scalar(value);
  // White space at the ends of lines, and control characters, need the quotes that show them.
  if (typeof value === 'string' && /[ \t]$/m.test(value) && value.includes('\n')) {
    node.type = 'QUOTE_DOUBLE';
  }
  return node;
}
