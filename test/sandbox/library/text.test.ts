import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../any-character.ts';
import { installed } from './installed.ts';

const { Text, Html, Xml } = installed();

test.each([
  ['  Straße & Café — №5 ', 'strasse-cafe-no5'],
  ["Don't stop", 'dont-stop'],
  ['Øresund, Łódź', 'oresund-lodz'],
  ['Привет, мир', 'привет-мир'],
  ['한국어 문서', '한국어-문서'],
  ['---', ''],
])('the slug of %j is %j', (text, slug) => {
  expect(Text.slug(text)).toBe(slug);
});

test('a slug’s slug is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const slug = Text.slug(text);
      expect(Text.slug(slug)).toBe(slug);
      expect(slug).not.toMatch(/^-|-$|--|\s/);
    }),
  );
});

test.each([
  ['XMLHttpRequest', 'xml_http_request', 'xmlHttpRequest'],
  ['order line 2Go', 'order_line_2_go', 'orderLine2Go'],
  ['address1', 'address1', 'address1'],
  ['__a--b  c', 'a_b_c', 'aBC'],
  ['éCole', 'é_cole', 'éCole'],
  ['', '', ''],
])('the words of %j are %j', (text, snake, camel) => {
  expect(Text.snake(text)).toBe(snake);
  expect(Text.kebab(text)).toBe(snake.replaceAll('_', '-'));
  expect(Text.camel(text)).toBe(camel);
});

test('a truncated text has at most the length and no half characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.nat(20), fc.string(), (text, length, end) => {
      const cut = Text.truncate(text, length, end);
      expect(Array.from(cut).length).toBeLessThanOrEqual(length);
      if (Array.from(text).length <= length) expect(cut).toBe(text);
      else expect(cut.endsWith(Array.from(end).slice(0, length).join(''))).toBe(true);
    }),
  );
  expect(Text.truncate('😀😀😀', 2)).toBe('😀…');
  expect(Text.truncate('abc', 0)).toBe('');
});

test('titles keep apostrophes and capitals', () => {
  expect(Text.title("o'neil don’t USA élan-vital")).toBe("O'neil Don’t USA Élan-Vital");
  expect(Text.capitalize('𐐨x')).toBe('𐐀x');
  expect(Text.capitalize('')).toBe('');
});

test('lines end at any line end, and the last one makes no empty line', () => {
  expect(Text.lines('a\rb\n\nc\r\n')).toEqual(['a', 'b', '', 'c']);
  expect(Text.lines('')).toEqual([]);
});

test('indenting leaves empty lines empty', () => {
  expect(Text.indent('a\r\n\r\nb\n', 2)).toBe('  a\r\n\r\n  b\n');
  expect(() => Text.indent('a', -1)).toThrow(
    new RangeError('Expected a whole number from 0 to 1000 for the spaces of Text.indent, got -1'),
  );
});

test('nothing between marks that are missing', () => {
  expect(Text.between('a=1', 'b=', ';')).toBeNull();
  expect(Text.between('a=1', 'a=', ';')).toBeNull();
  expect(Text.between('a=;', 'a=', ';')).toBe('');
});

test('numbers are texts, null is none', () => {
  expect(Text.slug(42)).toBe('42');
  expect(() => Text.slug(null)).toThrow(new TypeError('Expected a text for Text.slug, got null'));
  expect(() => Text.lines(['a'])).toThrow(
    new TypeError('Expected a text for Text.lines, got a list'),
  );
});

test('HTML is stripped of tags, comments, scripts and styles', () => {
  expect(
    Html.strip('<style>a{}</style>a<!-- <b> --> <b title="x>y">b</b><script>1<2</script>'),
  ).toBe('a b');
  expect(Html.strip('<p>one</p><p>two<br>three</p>')).toBe('one\ntwo\nthree');
  expect(Html.strip('1 < 2 &lt;b&gt; &#233;&#xe9;&#0; &unknown; &AMP')).toBe(
    '1 < 2 <b> éé\ufffd &unknown; &AMP',
  );
});

test('escaped texts come back by stripping', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`a<>&"';#x1 /!-`) }), (text) => {
      expect(Html.strip(Html.escape(text))).toBe(text.trim());
      expect(Html.escape(text)).not.toMatch(/[<>"']/);
    }),
  );
});

test('XML loses what it forbids', () => {
  expect(Xml.escape('a\0\x08\t\n\ud800\ufffe😀<"\'')).toBe('a\t\n😀&lt;&quot;&#39;');
});
