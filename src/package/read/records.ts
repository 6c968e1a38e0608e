import { didYouMean } from '../../core/suggest.ts';
import type { ScalarNode } from '../../language/yaml/tree.ts';
import { BRACES, occurrencesIn, uidOf } from '../placeholder.ts';
import type { PackageHead } from './manifest.ts';
import { nameNode, type ReadRecord } from './record.ts';
import { scalarsOf } from './scalars.ts';

/** Checks what records have to do with each other and with the package. */
export function checkRecords(records: readonly ReadRecord[], head: PackageHead): void {
  checkUids(records);
  const uids = new Set(records.map(({ uid }) => uid));
  const { prompts, placeholders } = head.manifest;
  const known = { uids, keys: new Set([...prompts, ...placeholders].map(({ key }) => key)) };
  const advice = new Advice();
  for (const record of records) checkPlaceholders(record, known, advice);
  checkCycles(records);
  checkExclusions(head, uids);
}

function checkUids(records: readonly ReadRecord[]): void {
  const files = new Map<string, string>();
  for (const { uid, file, report, tree } of records) {
    const first = files.get(uid);
    files.set(uid, first ?? file);
    if (first === undefined) continue;
    const node = tree.entries.find(({ key }) => key.text === 'uid')?.value;
    report.error(
      'package.uid',
      node ?? tree.entries[0]?.key ?? tree,
      `Expected a uid of its own, got \`${uid}\`, which ${first} has too`,
      { hint: 'Write another `uid:` into one of them.' },
    );
  }
}

/**
 * Suggestions for one package, and characters of a name that one is looked for. A name is compared with as
 * many as there are records: 20 of 100 characters with 1000 took 5 s.
 */
const SUGGESTIONS_MAX = 10;
const SUGGESTED_LENGTH_MAX = 64;

class Advice {
  #left = SUGGESTIONS_MAX;

  nearest(name: string, known: ReadonlySet<string>): string | undefined {
    if (name.length > SUGGESTED_LENGTH_MAX) return undefined;
    this.#left -= 1;
    return this.#left < 0 ? undefined : didYouMean(name, known);
  }
}

function checkPlaceholders(
  { tree, report }: ReadRecord,
  { uids, keys }: { readonly uids: ReadonlySet<string>; readonly keys: ReadonlySet<string> },
  advice: Advice,
): void {
  for (const { node } of scalarsOf(tree)) {
    for (const { start, end, key } of occurrencesIn(node.text)) {
      const uid = uidOf(key);
      if (uid === undefined ? keys.has(key) || key === BRACES : uids.has(uid)) continue;
      const span = spanIn(node, start, end);
      if (uid !== undefined) {
        report.error('package.reference', span, `Expected the uid of a record, got \`${uid}\``, {
          hint: advice.nearest(uid, uids),
        });
      } else {
        const message = `Expected the key of a prompt or a placeholder, got \`${key}\``;
        const itself = `To write \`{{{\` itself, write \`{{{${BRACES}}}}\`.`;
        report.error('package.placeholder', span, message, {
          hint: advice.nearest(key, keys) ?? itself,
        });
      }
    }
  }
}

function spanIn(node: ScalarNode, start: number, end: number): { start: number; end: number } {
  return { start: node.offset(start), end: node.offset(end - 1) + 1 };
}

/** Names may have the names of other records in them, but not their own in the end. */
function checkCycles(records: readonly ReadRecord[]): void {
  const byUid = new Map(records.map((record) => [record.uid, record]));
  const done = new Set<string>();
  for (const { uid } of records) {
    const path: string[] = [];
    walk(uid, path);
  }

  /** A name refers to few others, but a chain of them may be as long as the package. */
  function walk(from: string, path: string[]): void {
    const pending: { uid: string; rest: string[] }[] = [{ uid: from, rest: namedIn(from) }];
    path.push(from);
    while (pending.length > 0) {
      const top = pending.at(-1) as { uid: string; rest: string[] };
      const next = top.rest.pop();
      if (next === undefined) {
        done.add(top.uid);
        pending.pop();
        path.pop();
      } else if (path.includes(next)) {
        report(top.uid, [...path.slice(path.indexOf(next)), next]);
      } else if (!done.has(next)) {
        pending.push({ uid: next, rest: namedIn(next) });
        path.push(next);
      }
    }
  }

  function namedIn(uid: string): string[] {
    const record = byUid.get(uid);
    const node = record && !done.has(uid) ? nameNode(record.kind, record.tree) : undefined;
    return occurrencesIn(node?.text ?? '').flatMap(({ key }) => uidOf(key) ?? []);
  }

  function report(uid: string, circle: readonly string[]): void {
    const record = byUid.get(uid);
    const node = record && nameNode(record.kind, record.tree);
    if (record === undefined || node === undefined) return;
    const shown = circle.length > 6 ? [...circle.slice(0, 5), '…', circle.at(-1)] : circle;
    const message = `Expected a name that is not made of itself, got a circle: ${shown.join(' → ')}`;
    record.report.error('package.cycle', node, message);
  }
}

function checkExclusions(
  { manifest, fields, report }: PackageHead,
  uids: ReadonlySet<string>,
): void {
  for (const { record } of manifest.exclude) {
    if (uids.has(record)) continue;
    const message = `Expected the uid of a record in \`exclude\`, got \`${record}\``;
    report.error('package.reference', fields.place('exclude'), message, {
      hint: didYouMean(record, uids),
    });
  }
}

/**
 * Warns of what is asked or made up for nothing. To be called of records without errors, which hide uses.
 * Secrets are used by their name, without a placeholder.
 */
export function warnUnused(
  records: readonly ReadRecord[],
  { manifest, fields, report }: PackageHead,
): void {
  const texts = records.flatMap(({ tree }) => scalarsOf(tree)).map(({ node }) => node.text);
  const used = new Set(texts.flatMap((text) => occurrencesIn(text).map(({ key }) => key)));
  const excluding = new Set(manifest.exclude.map(({ prompt }) => prompt));
  for (const one of [...manifest.prompts, ...manifest.placeholders]) {
    if (used.has(one.key) || excluding.has(one.key) || one.type === 'secret') continue;
    const message = `Expected \`{{{${one.key}}}}\` in some record, got it in none`;
    report.warning('package.unused', fields.place('configure'), message);
  }
}
