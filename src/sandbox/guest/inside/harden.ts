/**
 * Takes from the global object all that is not in `keep`, and shuts every way from text to code. Called
 * once, at boot, before any author code.
 */
export function harden(keep: readonly string[]): void {
  const target = globalThis as Record<string, unknown>;
  const kept = new Set(keep);
  for (const name of Object.getOwnPropertyNames(target)) {
    // `undefined`, `NaN` and `Infinity` cannot be deleted; they are kept in any case.
    if (!kept.has(name) && !Reflect.deleteProperty(target, name)) {
      throw new Error(`Expected to remove the global ${name}, got a refusal`);
    }
  }
  // Any function leads to its kind's constructor: `(() => {}).constructor('code')`.
  const kinds = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const kind of kinds) {
    const prototype = Object.getPrototypeOf(kind) as object;
    const value = refusal(prototype);
    Object.defineProperty(prototype, 'constructor', { value, writable: false });
  }
  // Names that the compiler refuses; kept here as a clear error instead of "not defined".
  for (const name of ['eval', 'Function']) {
    const value = refusal(Object.getPrototypeOf(refusal) as object);
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }
}

/** Stands in for a function constructor; carries its `prototype`, so that `instanceof` still works. */
function refusal(prototype: object): () => never {
  function refused(): never {
    throw new TypeError('Expected code that stands in the automation, got code made from a text');
  }
  refused.prototype = prototype;
  return refused;
}
