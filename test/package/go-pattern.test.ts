import { expect, test } from 'vitest';
import { goPattern } from '../../src/package/adnanh/pattern.ts';

function fits(written: string, text: string): boolean | undefined {
  const found = goPattern(written);
  return found && new RegExp(found.pattern, found.flags).test(text);
}

test('patterns of Go say in JavaScript what they said', () => {
  const rows: readonly (readonly [written: string, fits: string, fitsNot: string])[] = [
    ['^refs/heads/(main|dev)$', 'refs/heads/main', 'refs/heads/mainz'],
    ['\\Arefs/tags/.+\\z', 'refs/tags/v1', 'Arefs/tags/v1z'],
    ['(?m)\\Ab\\z|^c$', 'a\nc', 'a\nb'],
    ['(?i)^MAIN$', 'main', 'mains'],
    ['(?is)^a.b$', 'A\nB', 'a'],
    ['^[[:alpha:]]+$', 'word', 'w:'],
    ['^[^[:space:][:digit:]_]+$', 'ab:', 'a b'],
    ['^[[:punct:]]$', ']', 'a'],
    ['^(?P<year>\\d{4})-x$', '2026-x', '202-x'],
    ['^\\pL+$', 'Größe', 'a1'],
    ['^\\p{Lu}\\PN$', 'Ää', 'A1'],
    ['^\\x{1F600}\\x41$', '😀A', 'x'],
    ['^.$', '😀', 'ab'],
    ['^a{2}{x}$', 'aa{x}', 'a'],
    ['^[]a]+$', ']a', 'b'],
    ['^[^]a]$', 'b', ']'],
    ['^[a[]$', '[', ']'],
    ['^a\\_b\\@c\\-d\\.\\/$', 'a_b@c-d./', 'axbxcxd.'],
  ];
  const found = rows.map(([written, yes, no]) => [written, fits(written, yes), fits(written, no)]);
  expect(found).toEqual(rows.map(([written]) => [written, true, false]));
});

test('what JavaScript has no pattern for is refused, and never taken for letters', () => {
  const patterns = ['\\Qa.b\\E', '(?U)a+', 'a(?i)b', '(?i:a)b', '\\C', '[[:^alpha:]]', '[[:nix:]]'];
  const found = [...patterns, '\\p{Greek}', '(', '\\Z', '\\y', '[z-a]'].map(goPattern);
  expect(found.filter((one) => one !== undefined)).toEqual([]);
});
