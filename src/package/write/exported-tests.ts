import { posix } from 'node:path';
import type { FilledRecord } from '../../core/package.ts';
import { Report } from '../../language/report.ts';
import { SourceText } from '../../language/source.ts';
import { readYaml } from '../../language/yaml/read.ts';
import { childOf, entryOf, type MapNode } from '../../language/yaml/tree.ts';
import type { ServedRecord } from './exported.ts';

/** A test with what it says of itself. */
interface ReadTest {
  readonly text: string;
  readonly tree: MapNode;
  /** The automation that it is for. */
  readonly name: string;
  /** Whether it names that one, and does not merely lie beside it. */
  readonly isNamed: boolean;
}

/**
 * The tests that came in a package with automations that are exported, to lie beside those.
 *
 * @param filled the records of that package
 * @param uids what the automations are called in the export, by name
 * @param taken uids of the export, to which those of the tests are added
 */
export function testsOf(
  filled: readonly FilledRecord[],
  uids: ReadonlyMap<string, string>,
  taken: Set<string>,
): readonly ServedRecord[] {
  const automations = filled.filter(({ kind }) => kind === 'automation');
  const tests = filled
    .filter(({ kind }) => kind === 'test')
    .flatMap((test) => readTest(test, automations) ?? []);
  // The place beside an automation is for the one that relies on it.
  const sorted = [...tests].sort((a, b) => Number(a.isNamed) - Number(b.isNamed));
  return sorted.flatMap((test): ServedRecord[] => {
    const beside = uids.get(test.name);
    if (beside === undefined) return [];
    let uid = `${beside}.test`;
    for (let n = 2; taken.has(uid.toLowerCase()); n++) uid = `${beside}-${n}.test`;
    taken.add(uid.toLowerCase());
    return [{ kind: 'test', uid, content: textFor(test, uid, uid === `${beside}.test`) }];
  });
}

/** `undefined` where it is for none of the automations. They are found as `hookwright test` finds them. */
function readTest(
  { text, file }: FilledRecord,
  automations: readonly FilledRecord[],
): ReadTest | undefined {
  const tree = readYaml(new Report(new SourceText(text, file)));
  if (tree?.kind !== 'map') return undefined;
  const node = childOf(tree, 'automation');
  const wanted = node?.kind === 'scalar' ? node.text : undefined;
  const bare = posix.basename(file).replace(/\.test\.ya?ml$/, '');
  const files = (wanted === undefined ? [`${bare}.yaml`, `${bare}.yml`] : [wanted]).map((one) =>
    posix.join(posix.dirname(file), one),
  );
  const found =
    automations.find((one) => files.includes(one.file)) ??
    automations.find(({ name }) => name === wanted);
  return found && { text, tree, name: found.name, isNamed: wanted !== undefined };
}

/** Its text with the names that hold in the export; all else stays. */
function textFor({ text, tree, name }: ReadTest, uid: string, isBeside: boolean): string {
  const values = { automation: name, uid };
  let made = text;
  const entries = [entryOf(tree, 'automation'), entryOf(tree, 'uid')];
  const backwards = entries.sort((a, b) => (b?.value.start ?? 0) - (a?.value.start ?? 0));
  for (const entry of backwards) {
    if (entry?.value.kind !== 'scalar') continue;
    const { start, end, text: given } = entry.value;
    const value = values[entry.key.text as keyof typeof values];
    if (given === value) continue;
    // Of nothing the place is behind the colon, of a block behind its last line break.
    const [before, after] = [start === end ? ' ' : '', text[end - 1] === '\n' ? '\n' : ''];
    made = `${made.slice(0, start)}${before}${JSON.stringify(value)}${after}${made.slice(end)}`;
  }
  if (isBeside || entries.some((entry) => entry?.key.text === 'automation')) return made;
  return `automation: ${JSON.stringify(name)}\n${made}`;
}
