import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destination } from 'pino';
import { expect, test } from 'vitest';
import { GATHERED_CHARS, LinesTogether } from '../../src/log/lines-together.ts';

function opened(): { lines: LinesTogether; written: () => string; flushed: () => Promise<void> } {
  const file = join(mkdtempSync(join(tmpdir(), 'hookwright-log-')), 'log');
  const sink = destination({ fd: openSync(file, 'w'), minLength: GATHERED_CHARS, sync: false });
  return {
    lines: new LinesTogether(sink),
    written: () => readFileSync(file, 'utf8'),
    flushed: () => new Promise((resolve) => sink.once('drain', () => resolve())),
  };
}

test('lines wait for others, and are written whole and in order', async () => {
  const { lines, written, flushed } = opened();
  lines.write('{"first":"é"}\n');
  expect(written()).toBe('');
  const all = Array.from({ length: 2_000 }, (_, at) => `{"line":${at},"text":"ü€"}\n`);
  for (const line of all) lines.write(line);
  lines.flush();
  await flushed();
  lines.flushSync();
  expect(written()).toBe(['{"first":"é"}\n', ...all].join(''));
});

test('a line that waits is written by the next flush, though nothing follows it', async () => {
  const { lines, written, flushed } = opened();
  lines.write('{"only":true}\n');
  lines.flush();
  await flushed();
  expect(written()).toBe('{"only":true}\n');
});

test('what waits is on disk when a last flush returns', () => {
  const { lines, written } = opened();
  lines.write('{"last":true}\n');
  lines.flushSync();
  expect(written()).toBe('{"last":true}\n');
});
