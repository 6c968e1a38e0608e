import type { ScalarNode, YamlNode } from '../../language/yaml/tree.ts';
import type { JsonNode } from '../convert/json.ts';
import type { PackageReport } from './reports.ts';

/** Makes the tree that YAML has, of JSON. Keys that stand twice are reported. */
export function jsonTree(node: JsonNode, report: PackageReport): YamlNode {
  switch (node.kind) {
    case 'scalar':
      return scalar(node.value, node);
    case 'list':
      return { ...node, items: node.items.map((item) => jsonTree(item, report)) };
    case 'map': {
      const seen = new Set<string>();
      const entries = node.entries.flatMap(({ key, keySpan, value }) => {
        if (seen.has(key)) {
          const message = `Expected each key once, got \`${key}\` again`;
          report.error('yaml.duplicate_key', keySpan, message);
          return [];
        }
        seen.add(key);
        return [{ key: scalar(key, keySpan), value: jsonTree(value, report) }];
      });
      return { kind: 'map', start: node.start, end: node.end, entries };
    }
  }
}

function scalar(
  value: ScalarNode['value'],
  { start, end }: { start: number; end: number },
): ScalarNode {
  return {
    kind: 'scalar',
    start,
    end,
    value,
    text: String(value ?? ''),
    style: 'double',
    inFlow: true,
    offset: (index) => Math.min(start + 1 + index, end),
  };
}
