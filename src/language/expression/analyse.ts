import type { AnyNode } from 'acorn';
import type { CallUse } from './call-text.ts';
import { parseBlock, parseExpression } from './parse.ts';
import { isProblem, type Problem, problem } from './problem.ts';
import type { TextKind } from './syntax-problem.ts';
import { TooDeep, Walk } from './walk.ts';

/** One occurrence of a free identifier: a name that the text uses and does not declare. */
export interface NameUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether it is assigned, updated or deleted here. */
  readonly write: boolean;
}

/**
 * A static member path below a free name: `request.json.issue.title` has the root `request` and the path
 * json, issue, title. As long as names stand in the text: `a.b[c].d` gives a and b, `a['b'][0]` all.
 * A bare name, or one whose first member is computed, has none.
 */
export interface MemberUse {
  readonly root: string;
  /** Never empty. Indexes as texts. */
  readonly path: readonly string[];
  /** Of the root's occurrence, and so equal to that of its `NameUse`. */
  readonly start: number;
  /** After the last member of the path. */
  readonly end: number;
  /** Where each member's name stands; that of `['b']` with its quotes. */
  readonly segments: readonly { readonly start: number; readonly end: number }[];
  /** Set where the path's last member is called, with its argument if that is exactly one literal text. */
  readonly called?: { readonly argument?: string };
  /** Set where the path's last member is assigned, updated or deleted. */
  readonly written?: true;
  /** Set where nothing but its truth, its type or its being there is looked at: `if (a.b)`, `a.b == null`. */
  readonly tested?: true;
}

/** A chain of calls that begins with a free name, as a statement: nothing looks at what it gives. */
export interface DroppedCall {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A member of a free name, at any depth, that is assigned, updated or deleted. */
export interface Change {
  readonly start: number;
  readonly end: number;
}

/** What a text uses from outside of itself. Everything in the order of the text. */
export interface Analysis {
  /** Free identifiers, each occurrence; `undefined`, `NaN` and `Infinity` are among them. */
  readonly names: readonly NameUse[];
  readonly members: readonly MemberUse[];
  readonly dropped: readonly DroppedCall[];
  readonly calls: readonly CallUse[];
  readonly changes: readonly Change[];
  /** Whether the text itself awaits; the `await` of an `async` function inside it does not count. */
  readonly hasAwait: boolean;
  /** Where there is a syntax error, it is the only one, and nothing else is known. */
  readonly problems: readonly Problem[];
}

/**
 * Analyses one JavaScript expression. To compile it, put it in brackets with a line break before the
 * closing one: it may be a sequence `a, b`, and may end in a `//` comment.
 */
export function analyseExpression(source: string): Analysis {
  return analyse(source, parseExpression(source), 'expression');
}

/**
 * Analyses the body of an async function: statements, `return` and `await` allowed. To compile it, put a
 * line break after it. It is read as strict code, and may not compile as any other.
 */
export function analyseBlock(source: string): Analysis {
  return analyse(source, parseBlock(source), 'script');
}

function analyse(source: string, tree: AnyNode | Problem, kind: TextKind): Analysis {
  if (isProblem(tree)) return failed(tree);
  const walk = new Walk(source, kind);
  try {
    walk.visit(tree);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    const { start } = error.node;
    const place = { start, end: start + 1 };
    return failed(
      problem(`${kind}.too_deep`, error.message, place, 'Split it into several steps.'),
    );
  }
  return {
    names: walk.names.sort(byStart),
    members: walk.members.sort(byStart),
    dropped: walk.dropped,
    calls: walk.calls,
    changes: walk.changes,
    hasAwait: walk.hasAwait,
    problems: walk.problems.sort(byStart),
  };
}

function failed(found: Problem): Analysis {
  const nothing = { names: [], members: [], dropped: [], calls: [], changes: [] };
  return { ...nothing, hasAwait: false, problems: [found] };
}

function byStart(a: { readonly start: number }, b: { readonly start: number }): number {
  return a.start - b.start;
}
