import type { Clock } from '../../core/clock.ts';
import { HookwrightError } from '../../core/errors.ts';
import { fitsTopics, type Hook, type HookRecord, type HookSecrets } from '../../core/hook.ts';
import { HEALTHY, healthAfterPause, RESUMED } from '../../core/hook-health.ts';
import type { IdPrefix } from '../../core/ids.ts';
import type { NewMessage } from '../../core/message.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { Vault } from '../../core/vault.ts';
import type { Profile } from '../../hook/profile.ts';
import type { Profiles } from '../../hook/profiles.ts';
import { makeSecret } from '../../hook/sign.ts';
import type { HookStore } from '../ports/hook-store.ts';
import { Turns } from '../turns.ts';
import { type HookDraft, hookProblems, profileSettings, settingsOf } from './draft.ts';

/** How long the secret before a rotation signs as well, unless it is said. */
const ROTATION_MS = 86_400_000;
/** Longer, and the rotation was forgotten. */
const ROTATION_MS_MAX = 30 * 86_400_000;

export interface HooksParts {
  readonly store: HookStore;
  readonly vault: Vault;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly random: (size: number) => Uint8Array;
  /** Shared by all that change what a server has. */
  readonly turns?: Turns;
}

/** A hook in memory, with its topics split. */
interface Entry {
  readonly hook: Hook;
  readonly patterns: readonly (readonly string[])[];
  /** False where it was sealed under another key: it is held until secret and headers are set anew. */
  readonly isReadable: boolean;
}

/** What an attempt changes of a hook. */
type HookState = Pick<Hook, 'status' | 'health' | 'disabled'>;

/** The hooks of this server, in memory and opened, written through to the store. */
export class Hooks {
  readonly #parts: HooksParts;
  readonly #turns: Turns;
  readonly #byId = new Map<string, Entry>();
  readonly #idByName = new Map<string, string>();
  #onChange: (id: string) => void = () => {};

  private constructor(parts: HooksParts) {
    this.#parts = parts;
    this.#turns = parts.turns ?? new Turns();
  }

  static async open(parts: HooksParts): Promise<Hooks> {
    const hooks = new Hooks(parts);
    for (const record of await parts.store.hooks()) hooks.#put(hooks.#opened(record));
    return hooks;
  }

  /** Told after each change by hand; one listener. */
  listen(onChange: (id: string) => void): void {
    this.#onChange = onChange;
  }

  /** By name. */
  list(): readonly Hook[] {
    const hooks = [...this.#byId.values()].map(({ hook }) => hook);
    return hooks.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names of those that were stored under another key. */
  unreadable(): readonly string[] {
    return this.list().flatMap(({ id, name }) => (this.#isReadable(id) ? [] : [name]));
  }

  find(id: string): Hook | undefined {
    return this.#byId.get(id)?.hook;
  }

  /** Whether its deliveries may be attempted now. */
  isSending(id: string): boolean {
    return this.find(id)?.status === 'active' && this.holdReason(id) === undefined;
  }

  /**
   * Why deliveries are held whatever the status; `undefined` where nothing is wrong. They wait until it is
   * mended, because failing them would lose them.
   */
  holdReason(id: string): string | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined) return undefined;
    const { profile, format } = entry.hook;
    if (!entry.isReadable) return 'its secret was stored under another key';
    const found = this.#parts.profiles.find(profile);
    if (found === undefined) return `there is no profile ${profile}`;
    const known = found.formats.some(({ name }) => name === format);
    return known ? undefined : `the profile ${profile} has no format ${format}`;
  }

  /** By id or name. Throws `hook.not_found` with a suggestion. */
  get(ref: string): Hook {
    const hook = this.find(this.#idOf(ref));
    if (hook !== undefined) return hook;
    throw new HookwrightError(
      'hook.not_found',
      `Expected the name or id of a hook, got "${ref}".`,
      {
        next: didYouMean(ref, this.#idByName.keys()) ?? 'List them with `hookwright hook list`.',
      },
    );
  }

  /** Ids of the active hooks that a message goes to. */
  targets({ kind, to }: Pick<NewMessage, 'kind' | 'to'>): string[] {
    if (kind !== 'emit') return [this.#idOf(to)];
    return [...this.#byId.values()]
      .filter(({ hook, patterns }) => hook.status === 'active' && fitsTopics(patterns, to))
      .map(({ hook }) => hook.id);
  }

  /** A profile by its name; `undefined` where there is none. */
  profileNamed(name: string): Profile | undefined {
    return this.#parts.profiles.find(name);
  }

  /** The profile of a hook. Throws `hook.invalid` where its file is gone. */
  profileOf(hook: Hook): Profile {
    return this.#parts.profiles.get(hook.profile);
  }

  /** Throws `hook.invalid` with every problem, `hook.name_taken`. */
  create(draft: HookDraft & { readonly paused?: boolean }): Promise<Hook> {
    return this.#turns.take(() => this.#create(draft));
  }

  async #create(draft: HookDraft & { readonly paused?: boolean }): Promise<Hook> {
    const hook = this.drafted(draft);
    this.#check(hook, this.profileOf(hook));
    const number = await this.#parts.store.createHook(this.sealed(hook), this.firstPing(hook));
    return this.#changed({ ...hook, number });
  }

  /**
   * A hook of what a draft says and its profile's defaults for all else, not stored. Where it replaces one, that
   * one's id, number and pause stay, and its secret unless another is given. Throws `hook.invalid` where there
   * is no such profile.
   */
  drafted(draft: HookDraft & { readonly paused?: boolean }, before?: Hook): Hook {
    const { profiles, clock, makeId, random } = this.#parts;
    const { paused = false, ...given } = draft;
    const now = clock();
    const profile = profiles.get(given.profile ?? 'standard');
    const isPaused = before === undefined ? paused : before.status === 'paused';
    const { previous, disabled } = before ?? {};
    const activatedAt = before?.activatedAt ?? (isPaused ? undefined : now);
    return {
      ...settingsOf(given, { ...profileSettings(profile), url: '' }),
      id: before?.id ?? makeId('hk', now),
      number: before?.number ?? 0,
      name: given.name ?? this.#freeName(now),
      status: isPaused ? 'paused' : 'active',
      health: before === undefined || disabled !== undefined ? HEALTHY : before.health,
      ...(activatedAt === undefined ? {} : { activatedAt }),
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      secret: given.secret ?? before?.secret ?? makeSecret(random),
      ...(previous === undefined || given.secret !== undefined ? {} : { previous }),
      headers: given.headers ?? [],
    };
  }

  /** Everything that is wrong with a hook, in sentences. */
  problems(hook: Hook): readonly string[] {
    return hookProblems(hook, this.profileOf(hook));
  }

  /** The ping of one that is active for the first time. */
  firstPing(hook: Hook, before?: Hook): NewMessage | undefined {
    const isFirst = hook.activatedAt !== undefined && before?.activatedAt === undefined;
    return isFirst && this.profileOf(hook).ping !== undefined ? this.ping(hook) : undefined;
  }

  /** By name; `undefined` where there is none. */
  named(name: string): Hook | undefined {
    return this.find(this.#idByName.get(name) ?? '');
  }

  /** Takes up what is stored already. */
  take(saved: readonly HookRecord[], removed: readonly string[]): void {
    for (const id of [...removed, ...saved.map((record) => record.id)]) {
      const before = this.find(id);
      if (before === undefined) continue;
      this.#byId.delete(id);
      this.#idByName.delete(before.name);
    }
    for (const record of saved) this.#put(this.#opened(record));
    for (const id of [...removed, ...saved.map((record) => record.id)]) this.#onChange(id);
  }

  /** What makes out whether its secret or headers are the same as another time. */
  mark(text: string): string {
    return this.#parts.vault.mark(text, 'hook');
  }

  /**
   * Saves a hook, which makes a disabled one active and healthy. Settings of another profile come from that
   * profile, unless they are given too. Throws as `create` does.
   */
  change(ref: string, draft: HookDraft): Promise<Hook> {
    return this.#turns.take(() => this.#change(ref, draft));
  }

  async #change(ref: string, draft: HookDraft): Promise<Hook> {
    const hook = this.get(ref);
    const { profile: name, name: newName, secret, headers } = draft;
    const profile = this.#parts.profiles.get(name ?? hook.profile);
    const isOther = name !== undefined && name !== hook.profile;
    const { rate: _, ...before } = hook;
    const base = isOther ? { ...before, ...profileSettings(profile), topics: hook.topics } : hook;
    const changed: Hook = {
      ...before,
      ...settingsOf(draft, base),
      name: newName ?? hook.name,
      secret: secret ?? hook.secret,
      headers: headers ?? hook.headers,
    };
    const isAnew = secret !== undefined || headers !== undefined;
    return this.#save(changed, hook.status === 'paused' ? 'paused' : 'active', isAnew);
  }

  /** From now on deliveries are held. */
  async pause(ref: string): Promise<Hook> {
    return this.#turns.take(() => this.#save(this.get(ref), 'paused'));
  }

  /** Makes a paused or disabled hook active, and a disabled one healthy. */
  async resume(ref: string): Promise<Hook> {
    return this.#turns.take(() => this.#save(this.get(ref), 'active'));
  }

  /**
   * Gives a hook another secret; until `keepMs` milliseconds are over, the one before signs as well where the
   * profile's header can carry two.
   */
  rotate(ref: string, secret?: string, keepMs: number = ROTATION_MS): Promise<Hook> {
    return this.#turns.take(() => this.#rotate(ref, secret, keepMs));
  }

  async #rotate(ref: string, secret: string | undefined, keepMs: number): Promise<Hook> {
    const hook = this.get(ref);
    if (!(Number.isInteger(keepMs) && keepMs >= 0 && keepMs <= ROTATION_MS_MAX)) {
      const message = `Expected the secret before to count for 0 to 30 days, got ${keepMs} ms.`;
      throw new HookwrightError('hook.invalid', message);
    }
    const { clock, random } = this.#parts;
    const { previous: _, ...rest } = hook;
    const previous = { secret: hook.secret, until: clock() + keepMs };
    const changed: Hook = {
      ...rest,
      secret: secret ?? makeSecret(random),
      ...(keepMs === 0 || !this.#isReadable(hook.id) ? {} : { previous }),
    };
    return this.#save(changed, hook.status, true);
  }

  /** Returns what was deleted. Its open deliveries are the caller's to cancel. */
  delete(ref: string): Promise<Hook> {
    return this.#turns.take(() => this.#delete(ref));
  }

  async #delete(ref: string): Promise<Hook> {
    const hook = this.get(ref);
    await this.#parts.store.deleteHook(hook.id);
    this.#byId.delete(hook.id);
    this.#idByName.delete(hook.name);
    this.#onChange(hook.id);
    return hook;
  }

  /** What an attempt has made of a hook; it is on disk. */
  told(id: string, state: HookState): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    const { disabled: _, ...rest } = entry.hook;
    this.#put({ ...entry, hook: { ...rest, ...state } });
  }

  /** The message that tries a hook. */
  ping(hook: Pick<Hook, 'id' | 'name'>): NewMessage {
    const { clock, makeId } = this.#parts;
    const createdAt = clock();
    const data = JSON.stringify({ hook: { id: hook.id, name: hook.name } });
    return { id: makeId('msg', createdAt), kind: 'ping', to: hook.id, data, createdAt };
  }

  /** The id wins, as in the store: no hook can be named so that another cannot be reached. */
  #idOf(ref: string): string {
    return this.#byId.has(ref) ? ref : (this.#idByName.get(ref) ?? ref);
  }

  #isReadable(id: string): boolean {
    return this.#byId.get(id)?.isReadable ?? true;
  }

  /** @param isAnew whether the secret or the headers are given anew; what cannot be read needs that */
  async #save(hook: Hook, status: Hook['status'], isAnew = false): Promise<Hook> {
    if (!isAnew && !this.#isReadable(hook.id)) throw sealedOtherwise(hook.name);
    const { store, clock } = this.#parts;
    this.#check(hook, this.profileOf(hook));
    const now = clock();
    const first = status === 'active' && hook.activatedAt === undefined;
    const reset = hook.status !== 'active' && status !== hook.status;
    const { disabled, health, ...rest } = hook;
    const changed: Hook = {
      ...rest,
      status,
      updatedAt: now,
      health: !reset ? health : hook.status === 'paused' ? healthAfterPause(health) : RESUMED,
      ...(reset || disabled === undefined ? {} : { disabled }),
      ...(first ? { activatedAt: now } : {}),
    };
    const record = { ...this.sealed(changed), number: hook.number };
    const stored = await store.updateHook(record, reset, this.firstPing(changed, hook));
    // Health as it is stored: an attempt may have ended while this was written.
    const { disabled: _, ...saved } = changed;
    return this.#changed({
      ...saved,
      health: stored.health,
      ...(stored.disabled === undefined ? {} : { disabled: stored.disabled }),
    });
  }

  #check(hook: Hook, profile: Profile): void {
    const problems = hookProblems(hook, profile);
    if (problems.length > 0) throw new HookwrightError('hook.invalid', problems.join(' '));
  }

  #changed(hook: Hook): Hook {
    const before = this.#byId.get(hook.id);
    if (before !== undefined) this.#idByName.delete(before.hook.name);
    const patterns = hook.topics.map((topic) => topic.split('.'));
    this.#put({ hook, patterns, isReadable: true });
    this.#onChange(hook.id);
    return hook;
  }

  #put(entry: Entry): void {
    this.#byId.set(entry.hook.id, entry);
    this.#idByName.set(entry.hook.name, entry.hook.id);
  }

  /** A hook as it is stored, without its number. */
  sealed(hook: Hook): Omit<HookRecord, 'number'> {
    const { secret, previous, headers, number: _, ...facts } = hook;
    const secrets: HookSecrets = {
      secret,
      ...(previous === undefined ? {} : { previous }),
      headers,
    };
    return { ...facts, sealed: this.#parts.vault.seal(JSON.stringify(secrets), placeOf(hook.id)) };
  }

  #opened({ sealed, ...facts }: HookRecord): Entry {
    const patterns = facts.topics.map((topic) => topic.split('.'));
    try {
      const text = this.#parts.vault.open(sealed, placeOf(facts.id));
      const hook: Hook = { ...facts, ...(JSON.parse(text) as HookSecrets) };
      return { hook, patterns, isReadable: true };
    } catch {
      // Told by `holdReason`: the others must go on.
      return { hook: { ...facts, secret: '', headers: [] }, patterns, isReadable: false };
    }
  }

  /** `Hook created on 2026-11-21, 02:33`, with a number behind it where that is taken. */
  #freeName(now: number): string {
    const base = `Hook created on ${new Date(now).toISOString().slice(0, 16).replace('T', ', ')}`;
    let name = base;
    for (let n = 2; this.#idByName.has(name); n++) name = `${base} (${n})`;
    return name;
  }
}

function sealedOtherwise(name: string): HookwrightError {
  return new HookwrightError(
    'hook.invalid',
    `Expected a secret for the hook "${name}", because the one that it has was stored under another key.`,
    {
      next: 'Start with that key, or give it another secret with `hookwright hook rotate`; its own headers are lost too.',
    },
  );
}

function placeOf(id: string): string {
  return `hook/${id}`;
}
