import type { AnyNode, CallExpression } from 'acorn';
import { memberChain } from './member-path.ts';

/** A text as far as it stands in the source: what is between its expressions; one where it has none. */
interface CallText {
  /** One more than it has expressions. */
  readonly texts: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** A call of a free name, or of a member of one, with what its first argument says. */
export interface CallUse {
  /** Of the name's occurrence, and so equal to that of its `NameUse`. */
  readonly start: number;
  /** Whether a member of the name is called, and not the name itself. */
  readonly isMember: boolean;
  /** The first argument, where it is a text. */
  readonly text?: CallText;
  /** The members of the first argument, where it is an object; `undefined` for those that are no texts. */
  readonly members?: ReadonlyMap<string, CallText | undefined>;
  /** Whether that object may have members whose names do not stand there. */
  readonly isOpen: boolean;
}

/** What a call says, and the name that it begins with; `undefined` where it begins with something else. */
export function callUse(
  node: CallExpression,
): { readonly name: string; readonly use: CallUse } | undefined {
  const { callee } = node;
  const isMember = callee.type === 'MemberExpression';
  const root = isMember ? memberChain(callee).root : callee;
  if (root.type !== 'Identifier') return undefined;
  const [argument] = node.arguments;
  return { name: root.name, use: { start: root.start, isMember, ...argumentOf(argument) } };
}

function argumentOf(node: AnyNode | undefined): Omit<CallUse, 'start' | 'isMember'> {
  if (node?.type !== 'ObjectExpression') {
    const text = node === undefined ? undefined : textOf(node);
    return { isOpen: false, ...(text === undefined ? {} : { text }) };
  }
  const members = new Map<string, CallText | undefined>();
  let isOpen = false;
  for (const property of node.properties) {
    if (property.type === 'SpreadElement' || property.computed) isOpen = true;
    else if (property.key.type === 'Identifier') {
      members.set(property.key.name, textOf(property.value));
    } else if (property.key.type === 'Literal') {
      members.set(String(property.key.value), textOf(property.value));
    }
  }
  return { members, isOpen };
}

function textOf(node: AnyNode): CallText | undefined {
  const { start, end } = node;
  if (node.type === 'Literal' && typeof node.value === 'string') {
    return { texts: [node.value], start, end };
  }
  if (node.type !== 'TemplateLiteral') return undefined;
  return { texts: node.quasis.map(({ value }) => value.cooked ?? ''), start, end };
}
