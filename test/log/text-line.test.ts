import { expect, test } from 'vitest';
import { textLine } from '../../src/log/text-line.ts';

function line(fields: object): string {
  const head = { level: 'warn', time: '2026-01-02T03:04:05.006Z' };
  return textLine(JSON.stringify({ ...head, ...fields, msg: 'run' }), false);
}

test('a line for people has the time, the level, and words as they are', () => {
  expect(line({ run: 'run_1', reason: 'not paid', ms: 7 })).toBe(
    '03:04:05 WARN  run run=run_1 reason="not paid" ms=7\n',
  );
});

test('what a sender wrote is shown on a terminal and not obeyed by it', () => {
  expect(line({ reason: 'a\u009b31mb\u202ec\u001b[2Jd\n', list: ['\u0085'] })).toBe(
    '03:04:05 WARN  run reason="a\\u009b31mb\\u202ec\\u001b[2Jd\\n" list=["\\u0085"]\n',
  );
  expect(line({ error: { stack: 'Error: got \u001b[31m\n    at x' } })).toBe(
    '03:04:05 WARN  run error=Error: got \\u001b[31m\n    at x\n',
  );
});
