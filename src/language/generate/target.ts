/** What `set` puts a value into: a variable, or a part of one. */
export interface Target {
  readonly root: string;
  readonly path: readonly (string | number)[];
}

const TARGET = /^([A-Za-z_][A-Za-z0-9_]*)((?:\.[\w$-]+|\[\d{1,9}\])*)$/;

/** Reads `total`, `response.http.method`, `items[0]` or `items.0`; `undefined` for anything else. */
export function parseTarget(text: string): Target | undefined {
  const match = TARGET.exec(text);
  if (match === null) return undefined;
  const [, root = '', rest = ''] = match;
  const path = [...rest.matchAll(/[\w$-]+/g)].map(([part]) =>
    /^(?:0|[1-9]\d{0,8})$/.test(part) ? Number(part) : part,
  );
  // It would reach into what all objects share.
  return path.includes('__proto__') ? undefined : { root, path };
}
