import type { AnyNode, CallExpression, Expression, Identifier, MemberExpression } from 'acorn';
import type { Change, DroppedCall, MemberUse, NameUse } from './analyse.ts';
import { type CallUse, callUse } from './call-text.ts';
import { chainRoot, memberChain } from './member-path.ts';
import { evalProblem, type Problem, problem } from './problem.ts';
import type { TextKind } from './syntax-problem.ts';
import { visitNode } from './visit.ts';

/**
 * Levels of the tree that are walked. The parser's own bound lets calls and members in a chain pass,
 * which it reads in a loop: `a().b().c()…`. See there for the stack that this takes.
 */
const DEPTH_MAX = 350;

/** Thrown by a walk that has come too deep. */
export class TooDeep extends Error {
  override readonly name = 'TooDeep';
  readonly node: AnyNode;

  constructor(node: AnyNode) {
    super(`Expected at most ${DEPTH_MAX} levels of nesting, got more`);
    this.node = node;
  }
}

/** What becomes of the value at the end of a member path. */
export type MemberRole = Pick<MemberUse, 'called' | 'written' | 'tested'>;

/** What a walk over a tree has found so far, and which names are bound where it stands. */
export class Walk {
  readonly names: NameUse[] = [];
  readonly members: MemberUse[] = [];
  readonly dropped: DroppedCall[] = [];
  readonly calls: CallUse[] = [];
  readonly changes: Change[] = [];
  readonly problems: Problem[] = [];
  hasAwait = false;
  readonly source: string;
  private readonly kind: TextKind;
  /** How many of the scopes around declare a name. One map, so that looking up costs the same at any depth. */
  private readonly bound = new Map<string, number>();
  private functions = 0;
  private depth = 0;

  constructor(source: string, kind: TextKind) {
    this.source = source;
    this.kind = kind;
  }

  /** Whether a name here is none that the text itself declares. */
  isFree(name: string): boolean {
    return (this.bound.get(name) ?? 0) === 0;
  }

  visit(node: AnyNode | null | undefined): void {
    if (node === null || node === undefined) return;
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw new TooDeep(node);
    visitNode(this, node);
    this.depth -= 1;
  }

  visitAll(nodes: readonly (AnyNode | null)[]): void {
    for (const node of nodes) this.visit(node);
  }

  /** Runs `inside` with names bound. */
  within(names: readonly string[], inside: () => void): void {
    for (const name of names) this.bound.set(name, (this.bound.get(name) ?? 0) + 1);
    inside();
    for (const name of names) this.bound.set(name, (this.bound.get(name) ?? 0) - 1);
  }

  /** Runs `inside` as a function of its own, whose `await` is not the text's. */
  withinFunction(names: readonly string[], inside: () => void): void {
    this.functions += 1;
    this.within(names, inside);
    this.functions -= 1;
  }

  report(code: string, message: string, place: { start: number; end: number }, hint: string): void {
    this.problems.push(problem(code, message, place, hint));
  }

  name({ name, start, end }: Identifier, write: boolean): void {
    if (name === 'eval') {
      this.problems.push(evalProblem({ start, end }));
    } else if (this.isFree(name)) this.names.push({ name, start, end, write });
  }

  member(node: MemberExpression, role: MemberRole): void {
    const { root, path, isWhole, computed } = memberChain(node);
    const last = path.at(-1);
    if (role.written && root.type === 'Identifier' && this.isFree(root.name)) {
      this.changes.push({ start: node.start, end: node.end });
    }
    if (root.type === 'Identifier' && last !== undefined) {
      if (this.isFree(root.name) && root.name !== 'eval') {
        this.members.push({
          root: root.name,
          path: path.map(({ name }) => name),
          start: root.start,
          end: last.memberEnd,
          segments: path.map(({ start, end }) => ({ start, end })),
          ...(isWhole ? role : {}),
        });
      }
    }
    this.visit(root);
    this.visitAll(computed);
  }

  call(node: CallExpression): void {
    const found = callUse(node);
    if (found !== undefined && this.isFree(found.name)) this.calls.push(found.use);
  }

  /** An expression that is a statement of its own. */
  statement(expression: Expression): void {
    if (expression.type !== 'CallExpression') return;
    const { start, end } = expression;
    const root = chainRoot(expression);
    if (root.type !== 'Identifier' || !this.isFree(root.name)) return;
    this.dropped.push({ name: root.name, start, end });
  }

  await(start: number): void {
    if (this.functions > 0) return;
    this.hasAwait = true;
    if (this.kind === 'script') return;
    this.report(
      'expression.await',
      'Expected an expression without `await`, got one',
      { start, end: start + 'await'.length },
      '`await` belongs in a `run` block.',
    );
  }
}
