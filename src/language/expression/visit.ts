import type { AnyNode, Class, Expression, Function as FunctionNode, Pattern } from 'acorn';
import { blockNames, patternNames, varNames } from './declared.ts';
import { literalText } from './member-path.ts';
import { importProblem } from './problem.ts';
import { checkComparison, checkSwitch, isNullish } from './secret-comparison.ts';
import type { MemberRole, Walk } from './walk.ts';

type Visit<Type extends AnyNode['type']> = (
  walk: Walk,
  node: Extract<AnyNode, { type: Type }>,
) => void;

/** Where a name is used, bound, or neither; every kind of node that is not here only has children. */
const VISITS: { readonly [Type in AnyNode['type']]?: Visit<Type> } = {
  Literal: nothing,
  TemplateElement: nothing,
  PrivateIdentifier: nothing,
  MetaProperty: nothing, // `new.target`
  BreakStatement: nothing, // Labels are no names.
  ContinueStatement: nothing,
  LabeledStatement: (walk, node) => walk.visit(node.body),

  Identifier: (walk, node) => walk.name(node, false),
  MemberExpression: (walk, node) => walk.member(node, {}),
  CallExpression: (walk, node) => {
    walk.call(node);
    const [argument, ...others] = node.arguments;
    const text = argument && others.length === 0 ? literalText(argument) : undefined;
    visitWith(walk, node.callee, { called: text === undefined ? {} : { argument: text } });
    walk.visitAll(node.arguments);
  },
  TaggedTemplateExpression: (walk, node) => {
    visitWith(walk, node.tag, { called: {} });
    walk.visit(node.quasi);
  },

  UnaryExpression: (walk, node) => {
    if (node.operator === 'delete') visitTarget(walk, node.argument);
    else if (node.operator === '!' || node.operator === 'typeof') visitTest(walk, node.argument);
    else walk.visit(node.argument);
  },
  UpdateExpression: (walk, node) => visitTarget(walk, node.argument),
  AssignmentExpression: (walk, node) => {
    visitPattern(walk, node.left, 'assign');
    walk.visit(node.right);
  },
  BinaryExpression: (walk, node) => {
    checkComparison(walk, node);
    const { left, right } = node;
    const equality = node.operator.startsWith('==') || node.operator.startsWith('!=');
    const visit =
      equality && (isNullish(walk, left) || isNullish(walk, right)) ? visitTest : visitPlain;
    visit(walk, left);
    visit(walk, right);
  },
  LogicalExpression: (walk, node) => {
    // What comes out of the left of `&&` is false in some way, and so no object.
    if (node.operator === '&&') visitTest(walk, node.left);
    else walk.visit(node.left);
    walk.visit(node.right);
  },
  ConditionalExpression: (walk, node) => {
    visitTest(walk, node.test);
    walk.visit(node.consequent);
    walk.visit(node.alternate);
  },
  ExpressionStatement: (walk, node) => {
    walk.statement(node.expression);
    walk.visit(node.expression);
  },
  AwaitExpression: (walk, node) => {
    walk.await(node.start);
    walk.visit(node.argument);
  },
  ImportExpression: (walk, node) => {
    walk.problems.push(importProblem({ start: node.start, end: node.start + 'import'.length }));
    walk.visit(node.source);
  },

  Property: (walk, node) => {
    if (node.computed) walk.visit(node.key);
    walk.visit(node.value); // Of a shorthand `{ a }`, the same identifier as the key.
  },
  ArrowFunctionExpression: visitFunction,
  FunctionExpression: (walk, node) => {
    walk.within(node.id ? [node.id.name] : [], () => visitFunction(walk, node));
  },
  FunctionDeclaration: visitFunction,
  ClassExpression: visitClass,
  ClassDeclaration: visitClass,
  MethodDefinition: visitClassMember,
  PropertyDefinition: visitClassMember,
  StaticBlock: (walk, node) => visitBody(walk, node.body),

  Program: (walk, node) => visitBody(walk, node.body),
  BlockStatement: (walk, node) => {
    walk.within(blockNames(node.body), () => walk.visitAll(node.body));
  },
  VariableDeclarator: (walk, node) => {
    visitPattern(walk, node.id, 'bind');
    walk.visit(node.init);
  },
  IfStatement: (walk, node) => {
    visitTest(walk, node.test);
    walk.visit(node.consequent);
    walk.visit(node.alternate);
  },
  WhileStatement: visitLoop,
  DoWhileStatement: visitLoop,
  ForStatement: (walk, node) => {
    walk.within(node.init ? blockNames([node.init]) : [], () => {
      walk.visit(node.init);
      if (node.test) visitTest(walk, node.test);
      walk.visit(node.update);
      walk.visit(node.body);
    });
  },
  ForInStatement: visitForEach,
  ForOfStatement: (walk, node) => {
    if (node.await) walk.await(walk.source.indexOf('await', node.start));
    visitForEach(walk, node);
  },
  SwitchStatement: (walk, node) => {
    checkSwitch(walk, node);
    walk.visit(node.discriminant);
    const statements = node.cases.flatMap((branch) => branch.consequent);
    walk.within(blockNames(statements), () => walk.visitAll(node.cases));
  },
  CatchClause: (walk, node) => {
    walk.within(node.param ? patternNames(node.param) : [], () => {
      if (node.param) visitPattern(walk, node.param, 'bind');
      walk.visit(node.body);
    });
  },
  DebuggerStatement: (walk, node) => {
    walk.report(
      'script.debugger',
      'Expected a script without `debugger`, got one',
      { start: node.start, end: node.start + 'debugger'.length },
      'Use a `log` step to see values.',
    );
  },
};

/** Visits one node; its children through `walk`, which counts the depth. */
export function visitNode(walk: Walk, node: AnyNode): void {
  const visit = VISITS[node.type] as ((walk: Walk, node: AnyNode) => void) | undefined;
  if (visit !== undefined) {
    visit(walk, node);
    return;
  }
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) walk.visitAll(value);
    else if (typeof value === 'object' && value !== null) walk.visit(value);
  }
}

function nothing(): void {}

function visitPlain(walk: Walk, node: AnyNode): void {
  walk.visit(node);
}

/** Visits what has a role if it is a member, which brackets and `?.` around it do not change. */
function visitWith(walk: Walk, node: AnyNode, role: MemberRole): void {
  const inner = node.type === 'ChainExpression' ? node.expression : node;
  if (inner.type === 'MemberExpression') walk.member(inner, role);
  else walk.visit(inner);
}

/** An expression of which only the truth, the type or the being there counts. */
function visitTest(walk: Walk, node: AnyNode): void {
  if (node.type === 'LogicalExpression') {
    visitTest(walk, node.left);
    visitTest(walk, node.right);
  } else visitWith(walk, node, { tested: true });
}

/** The operand of `++`, `--` or `delete`. */
function visitTarget(walk: Walk, node: Expression): void {
  if (node.type === 'Identifier') walk.name(node, true);
  else visitWith(walk, node, { written: true });
}

function visitPattern(walk: Walk, pattern: Pattern, use: 'bind' | 'assign'): void {
  switch (pattern.type) {
    case 'Identifier':
      if (use === 'assign') walk.name(pattern, true);
      break;
    case 'MemberExpression':
      walk.member(pattern, { written: true });
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') visitPattern(walk, property, use);
        else {
          if (property.computed) walk.visit(property.key);
          visitPattern(walk, property.value, use);
        }
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) visitPattern(walk, element, use);
      break;
    case 'RestElement':
      visitPattern(walk, pattern.argument, use);
      break;
    case 'AssignmentPattern':
      visitPattern(walk, pattern.left, use);
      walk.visit(pattern.right);
      break;
  }
}

function visitFunction(walk: Walk, node: FunctionNode & { readonly type: string }): void {
  const own = node.type === 'ArrowFunctionExpression' ? [] : ['arguments'];
  walk.withinFunction([...own, ...node.params.flatMap(patternNames)], () => {
    for (const param of node.params) visitPattern(walk, param, 'bind');
    if (node.body.type === 'BlockStatement') visitBody(walk, node.body.body);
    else walk.visit(node.body);
  });
}

function visitBody(walk: Walk, statements: readonly AnyNode[]): void {
  const names = [...varNames(statements), ...blockNames(statements)];
  walk.within(names, () => walk.visitAll(statements));
}

function visitClass(walk: Walk, node: Class): void {
  walk.within(node.id ? [node.id.name] : [], () => {
    walk.visit(node.superClass);
    walk.visitAll(node.body.body);
  });
}

function visitClassMember(
  walk: Walk,
  node: Extract<AnyNode, { type: 'MethodDefinition' | 'PropertyDefinition' }>,
): void {
  if (node.computed) walk.visit(node.key);
  walk.visit(node.value);
}

function visitLoop(
  walk: Walk,
  node: Extract<AnyNode, { type: 'WhileStatement' | 'DoWhileStatement' }>,
): void {
  visitTest(walk, node.test);
  walk.visit(node.body);
}

function visitForEach(
  walk: Walk,
  node: Extract<AnyNode, { type: 'ForInStatement' | 'ForOfStatement' }>,
): void {
  const { left, right, body } = node;
  walk.within(left.type === 'VariableDeclaration' ? blockNames([left]) : [], () => {
    if (left.type === 'VariableDeclaration') walk.visit(left);
    else visitPattern(walk, left, 'assign');
    walk.visit(right);
    walk.visit(body);
  });
}
