import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askHidden, askLine } from '../../src/cli/ask-line.ts';

/** A terminal that somebody types at as soon as there is a question, and that echoes unless it is told not to. */
function typist(text: string) {
  const shown: string[] = [];
  const input = Object.assign(new PassThrough(), {
    isRaw: false,
    setRawMode: (isRaw: boolean) => {
      input.isRaw = isRaw;
      return input;
    },
  });
  const output = new PassThrough();
  output.write = (chunk: string) => {
    shown.push(chunk);
    if (!chunk.includes('?')) return true;
    if (!input.isRaw) shown.push(text);
    input.write(text);
    return true;
  };
  return { terminal: { input, output }, shown };
}

test('what is typed at once after a hidden question is not shown', async () => {
  const { terminal, shown } = typist('a secret\r');
  expect(await askHidden('Value?', terminal)).toBe('a secret');
  expect(shown).toEqual(['Value?', '\n']);
  expect(terminal.input.isRaw).toBe(false);
});

test('a line that is shown is what was typed', async () => {
  const { terminal, shown } = typist('yes\r');
  expect(await askLine('Sure?', terminal)).toBe('yes');
  expect(shown.join('')).toContain('Sure?');
});

test.each([
  ['Ctrl-D', '\x04'],
  ['Ctrl-C', '\x03'],
])('%s answers nothing', async (_, key) => {
  expect(await askHidden('Value?', typist(key).terminal)).toBe('');
  expect(await askLine('Sure?', typist(key).terminal)).toBe('');
});
