import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { LinesTogether } from '../../src/log/lines-together.ts';

function opened(): { lines: LinesTogether; written: () => string } {
  const file = join(mkdtempSync(join(tmpdir(), 'hookwright-log-')), 'log');
  return {
    lines: new LinesTogether(openSync(file, 'w')),
    written: () => readFileSync(file, 'utf8'),
  };
}

test('lines wait for others, and are written whole and in order', async () => {
  const { lines, written } = opened();
  lines.write('{"first":"é"}\n');
  expect(written()).toBe('');
  const all = Array.from({ length: 2_000 }, (_, at) => `{"line":${at},"text":"ü€"}\n`);
  for (const line of all) lines.write(line);
  const whole = ['{"first":"é"}\n', ...all].join('');
  await vi.waitFor(() => {
    lines.flush();
    expect(written()).toBe(whole);
  });
});

test('a line that waits is written by the next flush, though nothing follows it', async () => {
  const { lines, written } = opened();
  lines.write('{"only":true}\n');
  lines.flush();
  await vi.waitFor(() => expect(written()).toBe('{"only":true}\n'));
});

test('what waits is on disk when a last flush returns', () => {
  const { lines, written } = opened();
  lines.write('{"last":true}\n');
  lines.flushSync();
  expect(written()).toBe('{"last":true}\n');
});

test('a full disk ends nothing', async () => {
  const lines = new LinesTogether(openSync('/dev/full', 'w'));
  for (let i = 0; i < 5; i++) {
    lines.write('{"lost":true}\n');
    lines.flush();
    await new Promise((resolve) => setImmediate(resolve));
    lines.flushSync();
  }
});

test('a process whose log nobody reads any more ends by its own error', async () => {
  const log = new URL('../../dist/log/pino-log.js', import.meta.url).href;
  const script = `
    const { openLog } = await import(${JSON.stringify(log)});
    const log = openLog({ level: 'info', format: 'json', colors: false });
    process.stdin.once('end', () => {
      log.write('error', 'about to end');
      throw new Error('The end');
    }).resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
  let told = '';
  child.stderr.on('data', (text) => (told += text));
  child.stdout.destroy();
  child.stdin.end();
  const [code] = await once(child, 'close');
  expect([code, told]).toEqual([1, expect.stringContaining('The end')]);
});
