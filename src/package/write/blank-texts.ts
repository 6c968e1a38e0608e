import { type Document, isScalar, type Node, visit } from 'yaml';

/**
 * Has texts of spaces and line breaks alone written in double quotes: in a block they lose their spaces
 * (yaml 2.9.1), and what was written is not what is read.
 */
export function quoteBlankTexts(node: Node | Document): void {
  visit(node, {
    Scalar(_, scalar) {
      if (isScalar(scalar) && /^\s+$/.test(String(scalar.value))) scalar.type = 'QUOTE_DOUBLE';
    },
  });
}
