import { defineProperty } from './primordials.ts';

/**
 * A getter that becomes a plain property when it is first read, or written.
 *
 * @param enumerable whether the property is, so that `JSON.stringify` writes it
 */
export function lazily(
  target: object,
  name: string,
  read: (self: object) => unknown,
  enumerable = true,
): void {
  const settle = (self: object, value: unknown): void => {
    defineProperty(self, name, { value, writable: true, enumerable, configurable: true });
  };
  defineProperty(target, name, {
    enumerable,
    configurable: true,
    get(this: object): unknown {
      const value = read(this);
      settle(this, value);
      return value;
    },
    set(this: object, value: unknown) {
      settle(this, value);
    },
  });
}
