/** One mistake in a text, by character offsets; the YAML side turns offsets into lines and columns. */
export interface Problem {
  /** Stable, for tools: `expression.syntax`, `script.eval`, `secret.compared`, … */
  readonly code: string;
  /** "Expected X, got Y" where that fits. */
  readonly message: string;
  /** What to do next; absent where the message says it all. */
  readonly hint?: string;
  readonly start: number;
  /** After the last marked character. Equal to `start` only in an empty text. */
  readonly end: number;
}

/** Makes a problem, leaving out a hint that there is not. */
export function problem(
  code: string,
  message: string,
  place: { readonly start: number; readonly end: number },
  hint?: string,
): Problem {
  const { start, end } = place;
  return { code, message, start, end, ...(hint === undefined ? {} : { hint }) };
}

/** Tells a problem from the tree that there is where a text has none. */
export function isProblem<Tree extends object>(found: Tree | Problem): found is Problem {
  return 'code' in found;
}

/** `import`, `import()` and `import.meta`: there is nothing to import from. */
export function importProblem(place: { readonly start: number; readonly end: number }): Problem {
  return problem(
    'script.import',
    'Expected a script without `import` and `export`, got one',
    place,
    'Scripts have the standard library and nothing else; see the language reference.',
  );
}

/** `eval`, used or declared: what it evaluates is seen by no check. */
export function evalProblem(place: { readonly start: number; readonly end: number }): Problem {
  return problem(
    'script.eval',
    'Expected a script without `eval`, got one',
    place,
    'To read JSON, use `JSON.parse`; to look up a member by name, `object[name]`.',
  );
}

export function withProblem(place: { readonly start: number; readonly end: number }): Problem {
  return problem(
    'script.with',
    'Expected a script without `with`, got one',
    place,
    'Name the object: `order.total` instead of `with (order) total`.',
  );
}
