import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPath, valueAt } from '../../src/core/value-path.ts';
import { anyCharacter } from '../any-character.ts';

const name = fc.string({ unit: anyCharacter, minLength: 1 });

/** A path that leads along these names, each written in a way that suits it. */
function written(names: readonly string[]): string {
  return names
    .map((text, i) => {
      if (/^[^.[\]"'\\]+$/.test(text)) return i === 0 ? text : `.${text}`;
      return `["${text.replace(/["\\]/g, '\\$&')}"]`;
    })
    .join('');
}

test('a path leads along the names that it was written of', () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 6 }), (names) => {
      expect(readPath(written(names))).toEqual(names);
    }),
  );
});

test('no text makes it throw, and a fault is a place in the text', () => {
  const unit = fc.constantFrom('a', '.', '[', ']', '0', '"', "'", '\\', 'é', ' ');
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const read = readPath(text);
      if (typeof read === 'number') {
        expect(read).toBeGreaterThanOrEqual(0);
        expect(read).toBeLessThan(text.length);
      }
    }),
  );
});

test('what was put somewhere is found there, and inherited members are not', () => {
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), fc.jsonValue(), (names, value) => {
      const root = names.reduceRight<unknown>((inner, key) => {
        const holder = Object.create(null) as Record<string, unknown>;
        holder[key] = inner;
        return holder;
      }, value);
      expect(valueAt(root, names)).toBe(value);
      expect(valueAt({}, ['constructor'])).toBeUndefined();
      expect(valueAt(null, names)).toBeUndefined();
    }),
  );
});
