import type { AnyNode, Pattern, Statement } from 'acorn';

/** The names that a binding pattern declares: `{ a, b: [c = 1], ...d }` declares a, c and d. */
export function patternNames(pattern: Pattern): readonly string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case 'RestElement':
      return patternNames(pattern.argument);
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'MemberExpression':
      return [];
  }
}

/**
 * What a list of statements declares in its own block: `let`, `const`, classes and functions. Functions
 * count for their block only, as code is strict.
 */
export function blockNames(statements: readonly AnyNode[]): readonly string[] {
  return statements.flatMap((statement) => {
    switch (statement.type) {
      case 'VariableDeclaration':
        return statement.kind === 'var'
          ? []
          : statement.declarations.flatMap((declarator) => patternNames(declarator.id));
      case 'ClassDeclaration':
      case 'FunctionDeclaration':
        return statement.id === null ? [] : [statement.id.name];
      case 'LabeledStatement':
        return blockNames([statement.body]);
      default:
        return [];
    }
  });
}

/** The `var`s of a function's body, which count for all of it wherever in it they stand. */
export function varNames(statements: readonly AnyNode[]): readonly string[] {
  return statements.flatMap((statement) => {
    if (statement.type === 'VariableDeclaration') {
      return statement.kind === 'var'
        ? statement.declarations.flatMap((declarator) => patternNames(declarator.id))
        : [];
    }
    return varNames(innerStatements(statement));
  });
}

/** The statements directly inside a statement, not those of functions in it. */
function innerStatements(statement: AnyNode): readonly AnyNode[] {
  switch (statement.type) {
    case 'BlockStatement':
      return statement.body;
    case 'IfStatement':
      return some(statement.consequent, statement.alternate);
    case 'ForStatement':
      return statement.init?.type === 'VariableDeclaration'
        ? [statement.init, statement.body]
        : [statement.body];
    case 'ForInStatement':
    case 'ForOfStatement':
      return statement.left.type === 'VariableDeclaration'
        ? [statement.left, statement.body]
        : [statement.body];
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
      return [statement.body];
    case 'SwitchStatement':
      return statement.cases.flatMap((branch) => branch.consequent);
    case 'TryStatement':
      return some(statement.block, statement.handler?.body, statement.finalizer);
    default:
      return [];
  }
}

function some(...statements: readonly (Statement | null | undefined)[]): readonly Statement[] {
  return statements.filter((statement) => statement !== null && statement !== undefined);
}
