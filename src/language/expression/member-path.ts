import type { AnyNode, MemberExpression } from 'acorn';

/** A chain of members, taken apart from its outermost member inwards. */
export interface MemberChain {
  /** What the first member is a member of. */
  readonly root: AnyNode;
  /** The members whose names stand in the text, from the root on, up to the first that is computed. */
  readonly path: readonly Segment[];
  /** Whether every member's name stands in the text. */
  readonly isWhole: boolean;
  /** The expressions in brackets that name members at run time. */
  readonly computed: readonly AnyNode[];
}

interface Segment {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** After the member: past the bracket of `a['b']`. */
  readonly memberEnd: number;
}

/** Takes `a.b?.['c'][d]` apart: root a, path b and c, not whole, computed d. No recursion, however long. */
export function memberChain(node: MemberExpression): MemberChain {
  const members: MemberExpression[] = [];
  let root: AnyNode = node;
  for (;;) {
    if (root.type === 'MemberExpression') {
      members.push(root);
      root = root.object;
    } else if (root.type === 'ChainExpression') {
      root = root.expression;
    } else break;
  }
  members.reverse();
  const path: Segment[] = [];
  const computed: AnyNode[] = [];
  let isStatic = true;
  for (const member of members) {
    const name = memberName(member);
    if (name === undefined) {
      isStatic = false;
      computed.push(member.property);
    } else if (isStatic) {
      const { start, end } = member.property;
      path.push({ name, start, end, memberEnd: member.end });
    }
  }
  return { root, path, isWhole: isStatic, computed };
}

function memberName({ computed, property }: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  const text = literalText(property);
  if (text !== undefined) return text;
  return property.type === 'Literal' && typeof property.value === 'number'
    ? String(property.value)
    : undefined;
}

/** The text of a string or of a template without expressions. */
export function literalText(node: AnyNode): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || node.quasis.length !== 1) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** What a chain of members and method calls begins with; a loop, because chains may be long. */
export function chainRoot(node: AnyNode): AnyNode {
  let root: AnyNode = node;
  for (;;) {
    if (root.type === 'MemberExpression') root = root.object;
    else if (root.type === 'ChainExpression') root = root.expression;
    else if (root.type === 'CallExpression') root = root.callee;
    else return root;
  }
}
