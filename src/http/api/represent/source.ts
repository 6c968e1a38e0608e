import { missingRoles, signsUrl } from '../../../source/checks-of.ts';
import { describeAge, describeId, describeProof } from '../../../source/describe.ts';
import type { FixedAnswer, Source } from '../../../source/source.ts';

export interface SourceBriefJson {
  readonly name: string;
  /** What it is for; what is wrong where its file has mistakes. */
  readonly description: string;
  readonly usable: boolean;
  /** Role of each secret, with what it is. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface SourceJson extends SourceBriefJson {
  /** Roles that a webhook has to name a secret for; of alternatives the first. */
  readonly required: readonly string[];
  readonly docs: string | null;
  readonly note: string | null;
  /** In words, one line for each check. */
  readonly proof: readonly string[];
  /** Whether the sender signs the URL, so that the server has to know its public one. */
  readonly signs_url: boolean;
  /** How old a request may be, in words. */
  readonly age: string;
  /** What recognises a duplicate, in words. */
  readonly id: string;
  readonly handshakes: readonly string[];
  /** What the sender is answered where no run answers; `null` for the usual 202. */
  readonly acknowledgement: FixedAnswer | null;
  /** Milliseconds after which the sender gives up. */
  readonly deadline_ms: number | null;
}

export function sourceJson(source: Source): SourceJson {
  const { docs = null, note = null, handshakes, acknowledge = null, deadlineMs = null } = source;
  return {
    name: source.name,
    description: source.description,
    usable: true,
    secrets: source.keys,
    required: missingRoles(source, new Set()),
    docs,
    note,
    proof: describeProof(source),
    signs_url: signsUrl(source),
    age: describeAge(source),
    id: describeId(source),
    handshakes: handshakes.map(({ name }) => name),
    acknowledgement: acknowledge,
    deadline_ms: deadlineMs,
  };
}
