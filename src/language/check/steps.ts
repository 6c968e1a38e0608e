import { didYouMean } from '../../core/suggest.ts';
import type { Report } from '../report.ts';
import type { Shape } from '../table/shape.ts';
import { keysOf, STEPS, stepOf } from '../table/steps.ts';
import { entryOf, type MapEntry, type MapNode, type YamlNode } from '../yaml/tree.ts';
import { type Check, checkKeys } from './collection.ts';
import { expected, said } from './expected.ts';

const STEPS_SHAPE: Shape = { is: 'steps' };
const KEYWORDS: readonly string[] = STEPS.map(({ keyword }) => keyword);

/** Which step a key belongs to that stands without it: `else` to `if`. */
const OWNERS: ReadonlyMap<string, string> = new Map(
  STEPS.flatMap(({ keyword, keys }) => keys.map(({ name }) => [name, keyword] as const)),
);

/** Checks a list of steps, each by its keyword. */
export function checkSteps(node: YamlNode, report: Report, check: Check): void {
  if (node.kind !== 'list') {
    const hint = node.kind === 'map' ? 'Put `- ` before each step.' : undefined;
    expected(node, STEPS_SHAPE, report, hint);
    return;
  }
  let ending: string | undefined;
  for (const item of node.items) {
    if (ending !== undefined) {
      report.warning(
        'step.unreachable',
        start(item),
        `Expected no step after \`${ending}\`, got one`,
        {
          hint: `\`${ending}\` always ends the run here.`,
        },
      );
      ending = undefined;
    }
    if (item.kind === 'map') checkStep(item, report, check);
    else if (!(item.kind === 'scalar' && item.isBroken)) refuseItem(item, report);
    ending ??= endingOf(item);
  }
}

function checkStep(node: MapNode, report: Report, check: Check): void {
  const [keyword, second] = node.entries.filter(({ key }) => isKeyword(key.text));
  if (keyword === undefined) {
    refuseUnknown(node, report);
    return;
  }
  if (second !== undefined) {
    const message = `Expected one step, got \`${second.key.text}\` beside \`${keyword.key.text}\``;
    report.error('step.ambiguous', second.key, message, {
      hint: `Put \`- \` before \`${second.key.text}\` to make it a step of its own.`,
    });
    return;
  }
  const step = stepOf(keyword.key.text);
  if (step === undefined) return;
  checkKeys(node, keysOf(step), report, check, (entry) => ownerHint(entry, step.hasResult));
  if (step.keyword === 'try' && !entryOf(node, 'catch') && !entryOf(node, 'finally')) {
    report.error('key.missing', keyword.key, 'Expected the key `catch` or `finally`, got neither');
  }
}

function refuseItem(item: YamlNode, report: Report): void {
  const word = item.kind === 'scalar' ? item.text : '';
  const hint = isKeyword(word) ? `Write \`${word}:\`, with a colon.` : undefined;
  report.error('value.type', start(item), `Expected a step, got ${said(item)}`, { hint });
}

function refuseUnknown(node: MapNode, report: Report): void {
  const first = node.entries[0]?.key;
  if (first === undefined) {
    report.error('step.unknown', node, 'Expected a step, got an empty map');
    return;
  }
  const owner = OWNERS.get(first.text);
  const near = node.entries
    .map(({ key }) => didYouMean(key.text, KEYWORDS))
    .find((hint) => hint !== undefined);
  report.error('step.unknown', first, `Expected a step, got \`${first.text}\``, {
    hint:
      owner === undefined
        ? (near ?? `Steps are ${KEYWORDS.map((name) => `\`${name}\``).join(', ')}.`)
        : `\`${first.text}\` belongs to \`${owner}\`: take away its dash and align it with \`${owner}\`.`,
  });
}

function ownerHint({ key }: MapEntry, hasResult: boolean): string | undefined {
  if (key.text === 'as' && !hasResult) return 'This step has no result.';
  const owner = OWNERS.get(key.text);
  return owner === undefined ? undefined : `\`${key.text}\` belongs to \`${owner}\` steps.`;
}

/** The keyword of a step that always ends the list it stands in. */
function endingOf(item: YamlNode): string | undefined {
  if (item.kind !== 'map' || entryOf(item, 'when') !== undefined) return undefined;
  return ['return', 'fail'].find((keyword) => entryOf(item, keyword) !== undefined);
}

function isKeyword(text: string): boolean {
  return stepOf(text) !== undefined;
}

/** A step is marked by its first key alone. */
function start(item: YamlNode): YamlNode {
  return item.kind === 'map' ? (item.entries[0]?.key ?? item) : item;
}
