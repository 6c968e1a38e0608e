import type { AnyNode } from 'acorn';
import { chainRoot } from './member-path.ts';
import type { Walk } from './walk.ts';

const EQUALITY = new Set(['==', '===', '!=', '!==']);

/** Reports `secrets.KEY === other` and its like, in which a secret may be part of a text: `'a' + secrets.KEY`. */
export function checkComparison(
  walk: Walk,
  node: Extract<AnyNode, { type: 'BinaryExpression' }>,
): void {
  const { left, right, operator } = node;
  if (!EQUALITY.has(operator) || isNullish(walk, left) || isNullish(walk, right)) return;
  if (holdsSecret(walk, left) || holdsSecret(walk, right)) report(walk, `\`${operator}\``, node);
}

/** Reports `switch (secrets.KEY)` and `case secrets.KEY:`, which compare with `===`. */
export function checkSwitch(
  walk: Walk,
  { discriminant, cases }: Extract<AnyNode, { type: 'SwitchStatement' }>,
): void {
  const compared = [discriminant, ...cases.map((branch) => branch.test)];
  for (const node of compared) if (node && holdsSecret(walk, node)) report(walk, '`switch`', node);
}

/** `null` and `undefined`: to compare with them asks whether there is a value, not which. */
export function isNullish(walk: Walk, node: AnyNode): boolean {
  return (
    (node.type === 'Literal' && node.value === null && node.raw === 'null') ||
    (node.type === 'Identifier' && node.name === 'undefined' && walk.isFree('undefined'))
  );
}

function report(walk: Walk, got: string, place: { start: number; end: number }): void {
  walk.report(
    'secret.compared',
    `Expected \`safeEqual\` to compare a secret, got ${got}`,
    { start: place.start, end: place.end },
    'Write `safeEqual(secrets.KEY, other)`: a script holds only a handle, which equals nothing, and `===` takes a time that tells how much was right.',
  );
}

/** Whether an expression's value is a secret or has one in it. What functions make of one is their own. */
function holdsSecret(walk: Walk, node: AnyNode): boolean {
  switch (node.type) {
    case 'TemplateLiteral':
      return node.expressions.some((inner) => holdsSecret(walk, inner));
    case 'BinaryExpression':
      return (
        node.operator === '+' && (holdsSecret(walk, node.left) || holdsSecret(walk, node.right))
      );
    case 'LogicalExpression':
      return holdsSecret(walk, node.left) || holdsSecret(walk, node.right);
    case 'ConditionalExpression':
      return holdsSecret(walk, node.consequent) || holdsSecret(walk, node.alternate);
    case 'MemberExpression':
    case 'ChainExpression':
    case 'CallExpression': {
      const root = chainRoot(node);
      return root.type === 'Identifier' && root.name === 'secrets' && walk.isFree('secrets');
    }
    default:
      return false;
  }
}
