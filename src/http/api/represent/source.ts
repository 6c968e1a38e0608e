import { describeAge, describeId, describeProof } from '../../../source/describe.ts';
import type { Source } from '../../../source/source.ts';

export interface SourceBriefJson {
  readonly name: string;
  /** What it is for; what is wrong where its file has mistakes. */
  readonly description: string;
  readonly usable: boolean;
  /** Role of each secret, with what it is. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface SourceJson extends SourceBriefJson {
  readonly docs: string | null;
  readonly note: string | null;
  /** In words, one line for each check. */
  readonly proof: readonly string[];
  /** How old a request may be, in words. */
  readonly age: string;
  /** What recognises a duplicate, in words. */
  readonly id: string;
  readonly handshakes: readonly string[];
  /** Milliseconds after which the sender gives up. */
  readonly deadline_ms: number | null;
}

export function sourceJson(source: Source): SourceJson {
  const { docs = null, note = null, handshakes, deadlineMs = null } = source;
  return {
    name: source.name,
    description: source.description,
    usable: true,
    secrets: source.keys,
    docs,
    note,
    proof: describeProof(source),
    age: describeAge(source),
    id: describeId(source),
    handshakes: handshakes.map(({ name }) => name),
    deadline_ms: deadlineMs,
  };
}
