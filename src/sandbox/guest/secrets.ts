import { createHash } from 'node:crypto';
import type { ExecutionResult } from '../../core/run.ts';
import {
  type ExecutionSecrets,
  handleOf,
  missingSecret,
  replaceHandles,
  type SecretUse,
  secretRefusal,
} from '../../core/secret-use.ts';

/** Results of hashing and comparing that one run may have: they are recorded with it. */
const DIGESTS_MAX = 1000;

/** Names that JavaScript itself asks of any object, as when it is written as JSON or awaited. */
const ASKED_OF_ALL: ReadonlySet<string> = new Set(['toJSON', 'then']);

/** A secret that cannot be used; the message is for the author and the operator. */
export class SecretUnusable extends Error {}

/**
 * The secrets of one execution, on the host's side: handles go in, and what is computed of values. What
 * has been recorded is given again, whatever the values are now.
 */
export class RunSecrets {
  readonly #given: ExecutionSecrets | undefined;
  readonly #names: Map<string, boolean>;
  readonly #digests: Map<string, string | null>;

  constructor(given: ExecutionSecrets | undefined) {
    this.#given = given;
    this.#names = new Map(Object.entries(given?.use.names ?? {}));
    this.#digests = new Map(Object.entries(given?.use.digests ?? {}));
  }

  /** What the outcome depends on; `undefined` where the run has read no secret. */
  get use(): SecretUse | undefined {
    if (this.#given === undefined || this.#names.size === 0) return undefined;
    return {
      seed: this.#given.use.seed,
      names: Object.fromEntries(this.#names),
      digests: Object.fromEntries(this.#digests),
    };
  }

  /**
   * The handle of a secret; empty where JavaScript alone asked for the name.
   *
   * @throws SecretUnusable
   */
  handle(name: string): string {
    const given = this.#given;
    if (given === undefined || !given.allowed.includes(name)) {
      if (ASKED_OF_ALL.has(name)) return '';
      throw new SecretUnusable(secretRefusal(name));
    }
    const there = this.#names.get(name) ?? Object.hasOwn(given.values, name);
    this.#names.set(name, there);
    if (!there) throw new SecretUnusable(missingSecret(name));
    return handleOf(given.use.seed, name);
  }

  /**
   * Computes something of bytes in which handles stand for values.
   *
   * @param call names the function; with the arguments it is what the result is recorded under
   * @throws SecretUnusable
   */
  compute(call: string, given: readonly Buffer[], compute: (values: Buffer[]) => Buffer): Buffer {
    const { values, names } = this.#revealed(given);
    if (names.size === 0) return compute(values);
    const key = keyOf(call, given);
    const recorded = this.#digests.get(key);
    const missing = [...names].find((name) => !Object.hasOwn(this.#given?.values ?? {}, name));
    if (recorded === null || (recorded === undefined && missing !== undefined)) {
      this.#record(key, null);
      throw new SecretUnusable(missingSecret(missing ?? ([...names][0] as string)));
    }
    if (recorded !== undefined) return Buffer.from(recorded, 'base64');
    const result = compute(values);
    this.#record(key, result.toString('base64'));
    return result;
  }

  #record(key: string, result: string | null): void {
    if (!this.#digests.has(key) && this.#digests.size >= DIGESTS_MAX) {
      throw new SecretUnusable(
        `Expected at most ${DIGESTS_MAX} digests and comparisons of secrets in a run, got another`,
      );
    }
    this.#digests.set(key, result);
  }

  /** The arguments with values in them, and whose. */
  #revealed(given: readonly Buffer[]): { values: Buffer[]; names: ReadonlySet<string> } {
    const names = new Set<string>();
    const secrets = this.#given;
    if (secrets === undefined) return { values: [...given], names };
    const values = given.map((bytes) => {
      // One character for each byte; handles are ASCII.
      const revealed = replaceHandles(bytes.toString('latin1'), secrets.use.seed, (name) => {
        if (!secrets.allowed.includes(name)) throw new SecretUnusable(secretRefusal(name));
        names.add(name);
        return Buffer.from(secrets.values[name] ?? '').toString('latin1');
      });
      return Buffer.from(revealed, 'latin1');
    });
    return { values, names };
  }
}

function keyOf(call: string, given: readonly Buffer[]): string {
  const hash = createHash('sha256').update(call);
  for (const bytes of given) hash.update(`\n${bytes.length}\n`).update(bytes);
  return hash.digest('hex');
}

/** A result with what its run has used of secrets. */
export function withUse(result: ExecutionResult, { use }: RunSecrets): ExecutionResult {
  return use === undefined ? result : { ...result, secretUse: use };
}
