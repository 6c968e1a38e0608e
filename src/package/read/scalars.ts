import type { ScalarNode, YamlNode } from '../../language/yaml/tree.ts';

/** A scalar with the way to it. */
export interface Placed {
  readonly node: ScalarNode;
  readonly isKey: boolean;
  /** Keys of maps and indexes of lists, from the top; of a key, the way to its map and the key itself. */
  readonly path: readonly (string | number)[];
}

/** Every scalar of a tree in the order of the text. Trees are at most 64 deep. */
export function scalarsOf(tree: YamlNode): readonly Placed[] {
  const found: Placed[] = [];
  visit(tree, []);
  return found;

  function visit(node: YamlNode, path: readonly (string | number)[]): void {
    if (node.kind === 'scalar') found.push({ node, isKey: false, path });
    else if (node.kind === 'list') {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    } else {
      for (const { key, value } of node.entries) {
        const way = [...path, key.text];
        found.push({ node: key, isKey: true, path: way });
        visit(value, way);
      }
    }
  }
}
