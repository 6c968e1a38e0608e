import type { PackageExclusion, PackagePrompt } from '../../core/package.ts';
import { didYouMean } from '../../core/suggest.ts';
import { RECORDS_MAX } from '../limits.ts';
import { Fields } from './fields.ts';
import type { PackageReport } from './reports.ts';

const TESTS = ['is', 'is_not', 'is_true'] as const;

/** Reads `exclude:`. Whether its records are there is checked with them. */
export function readExclusions(
  fields: Fields,
  prompts: readonly PackagePrompt[],
  report: PackageReport,
): readonly PackageExclusion[] {
  return fields.list('exclude', RECORDS_MAX).flatMap((node) => {
    if (node.kind !== 'map') {
      report.error('value.type', node, `Expected a map, got a ${node.kind}`);
      return [];
    }
    const inside = new Fields(node, ['record', 'prompt', ...TESTS], report);
    const given = TESTS.filter((test) => inside.node(test) !== undefined);
    if (given.length !== 1) {
      const message = 'Expected one of `is`, `is_not` and `is_true`, got none or several';
      report.error('key.conflict', inside.place('prompt'), message);
    }
    const isComplete = inside.require('record') && inside.require('prompt');
    const record = inside.text('record');
    const prompt = inside.text('prompt');
    if (!isComplete || record === undefined || prompt === undefined) return [];
    checkPrompt(prompt, inside, prompts, report);
    const [test] = given;
    if (test === undefined) return [];
    const value = test === 'is_true' ? inside.boolean(test) : inside.scalar(test);
    return value === undefined ? [] : [{ record, prompt, [test]: value }];
  });
}

function checkPrompt(
  key: string,
  fields: Fields,
  prompts: readonly PackagePrompt[],
  report: PackageReport,
): void {
  const found = prompts.find((prompt) => prompt.key === key);
  if (found !== undefined && found.type !== 'secret') return;
  const what = found === undefined ? 'a prompt' : 'a prompt that is no secret';
  report.error('package.reference', fields.place('prompt'), `Expected ${what}, got \`${key}\``, {
    hint: didYouMean(
      key,
      prompts.filter(({ type }) => type !== 'secret').map((prompt) => prompt.key),
    ),
  });
}
