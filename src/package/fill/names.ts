import { NAME_CHARACTERS_MAX } from '../limits.ts';
import { occurrencesIn, uidOf } from '../placeholder.ts';
import { nameNode, type ReadRecord } from '../read/record.ts';
import type { Value } from './scalar.ts';

/** Names of records, which may be made of answers and of each other. Circles have been refused. */
export class Names {
  readonly #records: ReadonlyMap<string, ReadRecord>;
  readonly #answer: (key: string) => Value | undefined;
  readonly #known = new Map<string, string>();

  constructor(records: readonly ReadRecord[], answer: (key: string) => Value | undefined) {
    this.#records = new Map(records.map((record) => [record.uid, record]));
    this.#answer = answer;
  }

  answerTo(key: string): Value {
    const uid = uidOf(key);
    return uid === undefined ? (this.#answer(key) ?? '') : this.nameOf(uid);
  }

  nameOf(uid: string): string {
    const known = this.#known.get(uid);
    if (known !== undefined) return known;
    const record = this.#records.get(uid);
    const node = record && nameNode(record.kind, record.tree);
    const name = node === undefined ? uid : this.#filled(node.text);
    this.#known.set(uid, name);
    return name;
  }

  #filled(text: string): string {
    let made = '';
    let at = 0;
    for (const { start, end, key } of occurrencesIn(text)) {
      made += text.slice(at, start) + String(this.answerTo(key));
      at = end;
      // A name of two names, each of two names, and so on, would fill the memory.
      if (made.length > NAME_CHARACTERS_MAX) break;
    }
    return (made + text.slice(at)).slice(0, NAME_CHARACTERS_MAX + 1);
  }
}

/** Reports names that are too long, and those that two records of one kind have. */
export function reportNames(records: readonly ReadRecord[], names: Names): void {
  const files = new Map<string, string>();
  for (const { kind, uid, file, tree, report } of records) {
    const name = names.nameOf(uid);
    const place = nameNode(kind, tree) ?? tree;
    if (name.length > NAME_CHARACTERS_MAX) {
      const message = `Expected a name of at most ${NAME_CHARACTERS_MAX} characters, got more`;
      report.error('package.name', place, message);
    }
    const first = files.get(`${kind} ${name}`);
    files.set(`${kind} ${name}`, first ?? file);
    if (first === undefined) continue;
    const message = `Expected a name of its own, got ${JSON.stringify(name)}, which the ${kind} in ${first} has`;
    report.error('package.name', place, message);
  }
}
