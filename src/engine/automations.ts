import {
  type AutomationFile,
  type AutomationOwner,
  type AutomationRecord,
  ownerText,
} from '../core/automation.ts';
import type { Clock } from '../core/clock.ts';
import { type Diagnostic, formatDiagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { digest } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Schedule } from '../core/schedule.ts';
import { fitsPattern } from '../core/wildcard.ts';
import { type CompiledAutomation, compile } from '../language/compile.ts';
import type { Trigger } from '../language/generate/unit.ts';
import { claimedName, duplicate, missing, ownedByFolder } from './automation-mistakes.ts';
import { OLD_REVISIONS_MAX } from './limits.ts';
import { mayBeScheduled } from './may-be-scheduled.ts';
import type { AutomationStore } from './ports.ts';
import type { RunnableAutomation } from './route.ts';
import { Turns } from './turns.ts';

/** An automation as people look at it. */
export interface AutomationEntry {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly owner: AutomationOwner;
  /** What starts it; `webhook` where its text does not compile with this version. */
  readonly trigger: Trigger;
  /** With `trigger: topic` alone. */
  readonly on?: string;
  /** With `trigger: schedule` alone. */
  readonly schedule?: Schedule;
  /** Whether its topic or its schedule starts nothing. */
  readonly disabled: boolean;
  /** The revision that runs. */
  readonly revision: string;
  readonly createdAt: number;
  /** Its text. */
  readonly source: string;
  /** Of the file as it is now; where it has errors, the last good revision keeps running. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadReport {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The automations of this server: current revisions, compiled when first asked for. */
export class Automations {
  readonly #store: AutomationStore;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #byName = new Map<string, AutomationRecord>();
  /** By revision, of current revisions only. */
  readonly #compiled = new Map<string, CompiledAutomation>();
  /** By revision, of revisions that were current when a run began. */
  readonly #old = new Map<string, CompiledAutomation>();
  /** Of the folder's files at the last load; those that were loaded before have none. */
  #diagnostics: readonly Diagnostic[] = [];
  /** Of the folder's files that have no good revision, by the name that each would have. */
  #rejected: ReadonlyMap<string, string> = new Map();
  /** What a compilation warned of. */
  readonly #warnings = new WeakMap<CompiledAutomation, readonly Diagnostic[]>();
  #revision = 0;
  /** Told when automations have changed. */
  listener: () => void = () => {};
  /** Of automations with `trigger: topic`, as of a `#revision`. */
  #topics:
    | {
        readonly revision: number;
        readonly patterns: readonly {
          readonly name: string;
          readonly pattern: readonly string[];
        }[];
      }
    | undefined;

  private constructor(store: AutomationStore, log: Log, clock: Clock, turns: Turns) {
    this.#turns = turns;
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
  }

  /** @param turns shared by all that change what a server has */
  static async open(
    store: AutomationStore,
    log: Log,
    clock: Clock,
    turns: Turns = new Turns(),
  ): Promise<Automations> {
    const automations = new Automations(store, log, clock, turns);
    for (const record of await store.automations()) automations.#byName.set(record.name, record);
    return automations;
  }

  /** Counts changes, so that what was derived from automations can tell that it is stale. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#byName.size;
  }

  list(): readonly AutomationEntry[] {
    return [...this.#byName.keys()].sort().map((name) => this.entry(name));
  }

  entry(name: string): AutomationEntry {
    const record = this.#byName.get(name);
    if (record === undefined) {
      const { message, next = 'List them with `hookwright automation list`.' } =
        this.#missing(name);
      throw new HookwrightError('automation.not_found', message, { next });
    }
    const { revision, file, owner } = record;
    const compiled = this.#compile(record);
    const { description = '', trigger = 'webhook', on, schedule } = compiled ?? {};
    return {
      name,
      file,
      owner,
      description,
      trigger,
      ...(on === undefined ? {} : { on }),
      ...(schedule === undefined ? {} : { schedule }),
      disabled: compiled?.disabled === true,
      revision: revision.id,
      createdAt: revision.createdAt,
      source: revision.source,
      diagnostics: this.#diagnosticsOf(record, compiled),
    };
  }

  #diagnosticsOf(
    { file, owner }: AutomationRecord,
    compiled: CompiledAutomation | undefined,
  ): readonly Diagnostic[] {
    const own = this.#diagnostics.filter((diagnostic) => diagnostic.file === file);
    if (owner === 'folder' && own.length > 0) return own;
    return (compiled && this.#warnings.get(compiled)) ?? [];
  }

  #missing(name: string): ReturnType<typeof missing> {
    return missing(name, { names: this.#byName.keys(), rejected: this.#rejected });
  }

  /** What an automation's name stands for now, or a sentence that says why it cannot run. */
  runnable(name: string): RunnableAutomation | string {
    const record = this.#byName.get(name);
    if (record === undefined) {
      const { message, next } = this.#missing(name);
      return [message, next].filter(Boolean).join(' ');
    }
    const compiled = this.#compile(record);
    if (compiled === undefined) {
      return `Expected automation "${name}" to compile, got errors; see \`hookwright validate\`.`;
    }
    return runnable(record.revision.id, compiled);
  }

  /** Names of the automations that messages under this topic start. */
  startedBy(topic: string): readonly string[] {
    if (this.#topics?.revision !== this.#revision) {
      const patterns = [...this.#byName.values()].flatMap((record) => {
        const { on, disabled = false } = this.#compile(record) ?? {};
        return on === undefined || disabled ? [] : [{ name: record.name, pattern: on.split('.') }];
      });
      this.#topics = { revision: this.#revision, patterns };
    }
    const segments = topic.split('.');
    const fitting = this.#topics.patterns.filter(({ pattern }) => fitsPattern(pattern, segments));
    return fitting.map(({ name }) => name);
  }

  /** Automations with `trigger: schedule`, without those that are disabled. */
  scheduled(): readonly { readonly name: string; readonly schedule: Schedule }[] {
    const records = [...this.#byName.values()].filter(({ revision }) =>
      mayBeScheduled(revision.source),
    );
    return records.flatMap((record) => {
      const { schedule, disabled = false } = this.#compile(record) ?? {};
      return schedule === undefined || disabled ? [] : [{ name: record.name, schedule }];
    });
  }

  /** A revision by its id, current or not: what a run began with, it goes on with. */
  async ofRevision(id: string): Promise<RunnableAutomation | string> {
    const known = this.#compiled.get(id) ?? this.#old.get(id);
    if (known !== undefined) return runnable(id, known);
    const revision = await this.#store.revision(id);
    if (revision === undefined) return `Expected the stored revision ${id}, got none.`;
    const { automation } = compile(revision.source, revision.automation);
    if (automation === undefined) {
      return `Expected revision ${id} of "${revision.automation}" to compile with this version, got errors.`;
    }
    const [oldest] = this.#old.keys();
    if (this.#old.size >= OLD_REVISIONS_MAX && oldest !== undefined) this.#old.delete(oldest);
    this.#old.set(id, automation);
    return runnable(id, automation);
  }

  /**
   * Takes in the files of the automations folder. A file with errors keeps its last good revision; an
   * automation whose file is gone is removed. Unchanged files are not compiled again. What packages and people
   * own stays as it is.
   *
   * @param unread files that are there and could not be read, whose automations stay
   */
  load(files: readonly AutomationFile[], unread: readonly string[] = []): Promise<LoadReport> {
    return this.#turns.take(() => this.#load(files, unread));
  }

  async #load(files: readonly AutomationFile[], unread: readonly string[]): Promise<LoadReport> {
    const records = [...this.#byName.values()];
    const own = records.filter(({ owner }) => owner === 'folder');
    const others = records.filter(({ owner }) => owner !== 'folder');
    const known = new Map(own.map((record) => [record.file, record]));
    const owners = new Map(others.map(({ name, owner, file }) => [name, ownerText(owner, file)]));
    const diagnostics: Diagnostic[] = [];
    const rejected = new Map<string, string>();
    const changed: string[] = [];
    const unchanged = files.filter(
      (file) => known.get(file.file)?.revision.id === digest(file.text),
    );
    for (const { file } of unchanged) owners.set(known.get(file)?.name ?? '', file);
    for (const { file, text } of files) {
      const record = known.get(file);
      if (record !== undefined && owners.get(record.name) === file) continue;
      const compilation = this.#read(text, file);
      diagnostics.push(...compilation.diagnostics);
      const name = compilation.automation?.name;
      if (compilation.automation === undefined || name === undefined) {
        if (record === undefined) rejected.set(claimedName(text) ?? '', file);
        // Its last good revision stays, unless another file took the name over.
        if (record !== undefined && !owners.has(record.name)) owners.set(record.name, file);
        continue;
      }
      const owner = owners.get(name);
      if (owner !== undefined) diagnostics.push(duplicate(file, name, owner));
      else {
        owners.set(name, file);
        await this.#save(file, text, compilation.automation, 'folder');
        changed.push(name);
      }
    }
    const removed = [...this.#byName.values()].flatMap(({ name, owner, file }) =>
      owner === 'folder' && !owners.has(name) && !unread.includes(file) ? [name] : [],
    );
    for (const name of removed) await this.#remove(name, 'folder');
    this.#diagnostics = diagnostics;
    this.#rejected = rejected;
    if (changed.length + removed.length > 0) this.#changed();
    return { changed, removed, diagnostics };
  }

  /**
   * Saves what a person wrote, under the name that its text has; it is nobody else's from then on.
   *
   * @throws HookwrightError `automation.invalid` with everything that is wrong, `automation.owned` where the
   *   folder has it
   */
  save(name: string, text: string): Promise<AutomationEntry> {
    return this.#turns.take(() => this.#saveByHand(name, text));
  }

  async #saveByHand(name: string, text: string): Promise<AutomationEntry> {
    const file = `${name}.yaml`;
    const { automation, diagnostics } = this.#read(text, file);
    if (automation === undefined) {
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      const told = errors.map((diagnostic) => formatDiagnostic(diagnostic, text));
      throw new HookwrightError('automation.invalid', told.join('\n\n'));
    }
    if (automation.name !== name) {
      throw new HookwrightError(
        'automation.invalid',
        `Expected the text of "${name}", got that of "${automation.name}".`,
        { next: 'Its first key, `automation`, has its name.' },
      );
    }
    const before = this.#byName.get(name);
    if (before?.owner === 'folder') throw ownedByFolder(before);
    if (before?.revision.source === text) return this.entry(name);
    await this.#save(file, text, automation, 'hand');
    this.#changed();
    return this.entry(name);
  }

  /** Deletes one that the folder does not have. Throws `automation.not_found`, `automation.owned`. */
  delete(name: string): Promise<AutomationEntry> {
    return this.#turns.take(async () => {
      const entry = this.entry(name);
      if (entry.owner === 'folder') throw ownedByFolder(entry);
      await this.#remove(name, 'hand');
      this.#changed();
      return entry;
    });
  }

  /** Its record; `undefined` where there is none of that name. */
  record(name: string): AutomationRecord | undefined {
    return this.#byName.get(name);
  }

  /** By name. */
  records(): readonly AutomationRecord[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What it compiles to now; `undefined` where it does not. */
  compiled(name: string): CompiledAutomation | undefined {
    const record = this.#byName.get(name);
    return record === undefined ? undefined : this.#compile(record);
  }

  /** Takes up what is stored already. */
  take(saved: readonly AutomationRecord[], removed: readonly string[]): void {
    for (const name of [...removed, ...saved.map((record) => record.name)]) {
      this.#forget(name);
      this.#byName.delete(name);
    }
    for (const record of saved) this.#byName.set(record.name, record);
    if (saved.length + removed.length > 0) this.#changed();
  }

  #changed(): void {
    this.#revision++;
    this.listener();
  }

  async #save(
    file: string,
    text: string,
    compiled: CompiledAutomation,
    owner: AutomationOwner,
  ): Promise<void> {
    const { name } = compiled;
    const revision = { id: digest(text), automation: name, source: text, createdAt: this.#clock() };
    const record = { name, revision, file, owner };
    await this.#store.saveAutomation(record);
    this.#forget(name);
    this.#byName.set(name, record);
    this.#compiled.set(revision.id, compiled);
  }

  async #remove(name: string, by: 'folder' | 'hand'): Promise<void> {
    await this.#store.removeAutomation(name, by);
    this.#forget(name);
    this.#byName.delete(name);
  }

  #read(text: string, file: string): ReturnType<typeof compile> {
    const compilation = compile(text, file);
    const { automation, diagnostics } = compilation;
    if (automation !== undefined) this.#warnings.set(automation, diagnostics);
    return compilation;
  }

  #forget(name: string): void {
    const before = this.#byName.get(name);
    if (before !== undefined) this.#compiled.delete(before.revision.id);
  }

  #compile(record: AutomationRecord): CompiledAutomation | undefined {
    const { revision, file } = record;
    const known = this.#compiled.get(revision.id);
    if (known !== undefined) return known;
    const { automation, diagnostics } = this.#read(revision.source, file);
    if (automation === undefined) {
      // A revision that an older version accepted and this one does not.
      this.#log.write('error', 'automation.rejected', { automation: record.name, diagnostics });
      return undefined;
    }
    this.#compiled.set(revision.id, automation);
    return automation;
  }
}

/** What is executed of a compiled automation. */
export function runnable(revision: string, compiled: CompiledAutomation): RunnableAutomation {
  const { inputs, program, trigger, policy, retry } = compiled;
  return { revision, inputs, program, trigger, policy, retry };
}
