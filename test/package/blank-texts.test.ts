import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeTestFile } from '../../src/cli/test-file.ts';
import { recordText } from '../../src/package/write/record-text.ts';

/** Texts of which each could be taken for layout, blank ones among them. */
const layout = fc.string({
  unit: fc.constantFrom(' ', '\n', '\t', 'a', '#', ':', '-'),
  maxLength: 6,
});

test('what looks like layout is read as it was written, in records and in tests', () => {
  fc.assert(
    fc.property(layout, (text) => {
      const content = { description: text, cases: [{ body: text, [`k${text}`]: [text] }] };
      expect(parse(recordText(content))).toEqual(content);
      expect(parse(writeTestFile(content))).toEqual(content);
    }),
    { numRuns: 500, examples: [[' \n'], [' \n\n'], ['\t \n']] },
  );
});
