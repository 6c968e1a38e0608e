import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import {
  fitsHost,
  HOST_PATTERN_EXPECTED,
  type HostPattern,
  hostPatternText,
  readHostPattern,
} from '../core/host-pattern.ts';
import type { Random } from '../core/ids.ts';
import { formatDuration } from '../core/quantity.ts';
import { type SealedSecret, secretNameMistake, secretValueMistake } from '../core/secret.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Vault } from '../core/vault.ts';
import type { SecretStore } from './ports.ts';
import type { SecretSource } from './secret-source.ts';
import { Turns } from './turns.ts';

/** All are held in memory, opened: at most 64 MB. */
const SECRETS_MAX = 1000;
/** What a person still checks by eye. */
const HOSTS_MAX = 20;
/** Longer, and the rotation was forgotten. */
const KEEP_PREVIOUS_MS_MAX = 365 * 86_400_000;

/** Bytes of what a run's handles are made of: as hard to guess as a key. */
const SEED_BYTES = 16;

/** What is told of a secret. The value is told to nobody. */
export interface SecretFacts {
  readonly name: string;
  readonly hosts: readonly string[];
  /** False where its value was stored under another key. */
  readonly readable: boolean;
  /** Until when the value before it counts too. */
  readonly previousUntil?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface SecretDraft {
  readonly value: string;
  /** Those that it has, where absent; none for a new one. */
  readonly hosts?: readonly string[];
  /** Milliseconds for which the value before it counts too; 0 ends what was said of it before. */
  readonly keepPreviousMs?: number;
}

/** The secrets of this server by name, as the API sees them. */
export interface SecretRegistry {
  /** By name. */
  list(): readonly SecretFacts[];
  /** Throws `secret.not_found` with a suggestion. */
  facts(name: string): SecretFacts;
  /** Makes or replaces one. Throws `secret.invalid`. */
  set(name: string, draft: SecretDraft): Promise<SecretFacts>;
  /** Gives back what was deleted. Throws `secret.not_found` with a suggestion. */
  delete(name: string): Promise<SecretFacts>;
}

export interface SecretsParts {
  readonly store: SecretStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random?: Random;
  /** Shared by all that change what a server has. */
  readonly turns?: Turns;
}

interface OpenSecret {
  readonly sealed: SealedSecret;
  readonly hosts: readonly HostPattern[];
  /** Absent where it does not open. */
  readonly value?: string;
  readonly previous?: { readonly value: string; readonly until: number };
}

/** The secrets, opened in memory and written through to the store sealed. */
export class Secrets implements SecretRegistry, SecretSource {
  readonly #parts: SecretsParts;
  readonly #turns: Turns;
  readonly #random: Random;
  readonly #byName = new Map<string, OpenSecret>();

  private constructor(parts: SecretsParts) {
    this.#parts = parts;
    this.#turns = parts.turns ?? new Turns();
    this.#random = parts.random ?? randomBytes;
  }

  static async open(parts: SecretsParts): Promise<Secrets> {
    const secrets = new Secrets(parts);
    for (const sealed of await parts.store.secrets()) secrets.#put(sealed);
    return secrets;
  }

  /** Names of those that were stored under another key. */
  unreadable(): readonly string[] {
    return this.list().flatMap(({ name, readable }) => (readable ? [] : [name]));
  }

  /** The value; `undefined` where there is none that can be read. */
  value(name: string): string | undefined {
    return this.#byName.get(name)?.value;
  }

  /** All values that count now, the present one first: what callers may prove themselves with. */
  values(name: string): readonly string[] {
    const { value, previous } = this.#byName.get(name) ?? {};
    if (value === undefined) return [];
    const counts = previous !== undefined && previous.until > this.#parts.clock();
    return counts ? [value, previous.value] : [value];
  }

  /** The value before the present one, where it counts no more. */
  oldValues(name: string): readonly string[] {
    const { previous } = this.#byName.get(name) ?? {};
    return previous === undefined || previous.until > this.#parts.clock() ? [] : [previous.value];
  }

  /** Patterns of the hosts that it may be sent to. */
  hosts(name: string): readonly string[] {
    return this.#byName.get(name)?.sealed.hosts ?? [];
  }

  /** Whether it may be sent there. */
  mayGoTo(name: string, url: URL): boolean {
    return this.#byName.get(name)?.hosts.some((pattern) => fitsHost(pattern, url)) ?? false;
  }

  seed(): string {
    return Buffer.from(this.#random(SEED_BYTES)).toString('hex');
  }

  list(): readonly SecretFacts[] {
    const names = [...this.#byName.keys()].sort();
    return names.map((name) => this.facts(name));
  }

  facts(name: string): SecretFacts {
    const secret = this.#byName.get(name);
    if (secret === undefined) throw this.#notFound(name);
    const { hosts, previous, createdAt, updatedAt } = secret.sealed;
    const counts = previous !== undefined && previous.until > this.#parts.clock();
    return {
      name,
      hosts,
      readable: secret.value !== undefined,
      ...(counts ? { previousUntil: previous.until } : {}),
      createdAt,
      updatedAt,
    };
  }

  set(name: string, draft: SecretDraft): Promise<SecretFacts> {
    return this.#turns.take(async () => {
      const sealed = this.seal(name, draft);
      await this.#parts.store.saveSecret(sealed);
      this.take([sealed]);
      return this.facts(name);
    });
  }

  /** Values by name, of those that can be read. */
  all(): Map<string, string> {
    const readable = [...this.#byName].filter(([, { value }]) => value !== undefined);
    return new Map(readable.map(([name, { value = '' }]) => [name, value]));
  }

  /** The value of a secret that need not be stored; `undefined` where it does not open. */
  valueIn({ name, hosts, sealed }: SealedSecret): string | undefined {
    return this.#opened(sealed, placeOf(name, hosts));
  }

  /** The secret as it is stored; `undefined` where there is none. */
  record(name: string): SealedSecret | undefined {
    return this.#byName.get(name)?.sealed;
  }

  /** Takes up what is stored already. */
  take(saved: readonly SealedSecret[], removed: readonly string[] = []): void {
    for (const name of removed) this.#byName.delete(name);
    for (const sealed of saved) this.#put(sealed);
  }

  /** A secret as it is to be stored: a new one, or one in place of that of its name. Throws `secret.invalid`. */
  seal(name: string, draft: SecretDraft): SealedSecret {
    const { vault, clock } = this.#parts;
    const known = this.#byName.get(name);
    this.#check(name, draft, known);
    const now = clock();
    const hosts = draft.hosts?.map(hostText) ?? known?.sealed.hosts ?? [];
    const place = placeOf(name, hosts);
    const before = beforeOf(known, draft, now);
    return {
      name,
      hosts,
      sealed: vault.seal(draft.value, place),
      ...(before === undefined
        ? {}
        : {
            previous: {
              sealed: vault.seal(before.value, `${place}/previous`),
              until: before.until,
            },
          }),
      createdAt: known?.sealed.createdAt ?? now,
      updatedAt: now,
    };
  }

  /**
   * A secret as it would be stored with other hosts; the values stay. `undefined` where there is none that can be
   * read. Throws `secret.invalid`.
   */
  rebound(name: string, hosts: readonly string[]): SealedSecret | undefined {
    const known = this.#byName.get(name);
    if (known?.value === undefined) return undefined;
    const sealed = this.seal(name, { value: known.value, hosts });
    const { previous } = known;
    if (previous === undefined) return sealed;
    const place = `${placeOf(name, sealed.hosts)}/previous`;
    const before = this.#parts.vault.seal(previous.value, place);
    return { ...sealed, previous: { sealed: before, until: previous.until } };
  }

  delete(name: string): Promise<SecretFacts> {
    return this.#turns.take(async () => {
      const facts = this.facts(name);
      await this.#parts.store.deleteSecret(name);
      this.take([], [name]);
      return facts;
    });
  }

  #put(sealed: SealedSecret): void {
    const { name, hosts, previous } = sealed;
    const place = placeOf(name, hosts);
    const value = this.#opened(sealed.sealed, place);
    const before = previous && this.#opened(previous.sealed, `${place}/previous`);
    this.#byName.set(name, {
      sealed,
      hosts: hosts.flatMap((host) => readHostPattern(host) ?? []),
      ...(value === undefined ? {} : { value }),
      ...(previous === undefined || before === undefined
        ? {}
        : { previous: { value: before, until: previous.until } }),
    });
  }

  #opened(sealed: Uint8Array, place: string): string | undefined {
    try {
      return this.#parts.vault.open(sealed, place);
    } catch {
      return undefined; // Told by `unreadable` and `readable`.
    }
  }

  #check(name: string, draft: SecretDraft, known: OpenSecret | undefined): void {
    const { value, hosts = [], keepPreviousMs = 0 } = draft;
    const problems = [
      secretNameMistake(name),
      secretValueMistake(value),
      ...hosts.map(hostMistake),
    ].flatMap((mistake) => (mistake === undefined ? [] : [`${mistake}.`]));
    if (hosts.length > HOSTS_MAX) {
      problems.push(`Expected at most ${HOSTS_MAX} hosts, got ${hosts.length}.`);
    }
    if (keepPreviousMs < 0 || keepPreviousMs > KEEP_PREVIOUS_MS_MAX) {
      const most = formatDuration(KEEP_PREVIOUS_MS_MAX);
      problems.push(
        `Expected the previous value to be kept for at most ${most}, got another time.`,
      );
    }
    if (known === undefined && this.#byName.size >= SECRETS_MAX) {
      problems.push(`Expected at most ${SECRETS_MAX} secrets, got one more.`);
    }
    if (problems.length > 0) throw new HookwrightError('secret.invalid', problems.join('\n'));
  }

  #notFound(name: string): HookwrightError {
    const next = didYouMean(name, this.#byName.keys());
    return new HookwrightError(
      'secret.not_found',
      `Expected the name of a secret, got "${name}", which there is none of.`,
      next === undefined ? {} : { next },
    );
  }
}

/**
 * The value before one that is stored, and until when it counts. One that is stored a second time, to change its
 * hosts or because somebody was not sure, does not end the rotation that is under way; 0 does.
 */
function beforeOf(
  known: OpenSecret | undefined,
  { value, keepPreviousMs }: SecretDraft,
  now: number,
): OpenSecret['previous'] {
  if (known?.value === undefined || keepPreviousMs === 0) return undefined;
  const until = keepPreviousMs === undefined ? undefined : now + keepPreviousMs;
  if (known.value !== value) return until === undefined ? undefined : { value: known.value, until };
  const { previous } = known;
  if (previous === undefined || previous.until <= now) return undefined;
  return { ...previous, until: until ?? previous.until };
}

/**
 * What a value is sealed for. The hosts are part of it: who can write to the database, and has not the
 * key, cannot have it sent elsewhere.
 */
function placeOf(name: string, hosts: readonly string[]): string {
  return `secret/${name}/${hosts.join(',')}`;
}

function hostText(host: string): string {
  const pattern = readHostPattern(host);
  return pattern === undefined ? host : hostPatternText(pattern);
}

function hostMistake(host: string): string | undefined {
  if (readHostPattern(host) !== undefined) return undefined;
  return `Expected a host to be ${HOST_PATTERN_EXPECTED}, got ${JSON.stringify(host)}`;
}
