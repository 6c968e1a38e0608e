import type { Clock } from '../../core/clock.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { HookRecord } from '../../core/hook.ts';
import type {
  ImportedPackage,
  ImportedRecord,
  PackageSource,
} from '../../core/imported-package.ts';
import type { Log } from '../../core/log.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { PackageChange, PackageStore } from '../ports/package-store.ts';
import type { Turns } from '../turns.ts';
import { capabilityDiff } from './capabilities.ts';
import { changesOf, importedOf, isSamePackage } from './change.ts';
import { withCollisions } from './collisions.ts';
import { type Choice, Decisions } from './decisions.ts';
import { isUsed, missingNotes, removalNotes } from './notes.ts';
import {
  countActions,
  entriesOf,
  fingerprintOf,
  isIdle,
  leftEntry,
  type Plan,
  type PlanEntry,
} from './plan.ts';
import { recognise } from './recognise.ts';
import { changedSince, refuseConflicts, refuseMistakes } from './refusals.ts';
import type { SecretValues } from './secret-names.ts';
import { type Shown, shownOf } from './shown.ts';
import { type ServerParts, type Stored, storedOf } from './stored.ts';
import { takenOver, withoutTaken } from './taken-over.ts';
import { targetsOf } from './targets.ts';
import type { WantedPackage } from './wanted.ts';

/** Packages that a server has imported: more than anybody looks after. */
const PACKAGES_MAX = 1000;

export interface PackagesParts extends ServerParts {
  readonly store: PackageStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by all that change what a server has: each is planned on what the one before has left. */
  readonly turns: Turns;
  /** Cancels what is open of a hook that is gone. */
  readonly cancelDeliveries: (hookId: string) => Promise<unknown>;
}

/** What was done, or that there was nothing to do. */
export interface Applied {
  readonly plan: Plan;
  /** Absent where the package was removed. */
  readonly imported?: ImportedPackage;
}

interface Prepared {
  readonly plan: Plan;
  readonly entries: readonly PlanEntry[];
  readonly after?: ImportedPackage & PackageSource;
}

/** The packages of this server: what was imported, and how it changes. */
export class Packages {
  readonly #parts: PackagesParts;
  readonly #byName = new Map<string, ImportedPackage>();

  private constructor(parts: PackagesParts) {
    this.#parts = parts;
  }

  static async open(parts: PackagesParts): Promise<Packages> {
    const packages = new Packages(parts);
    for (const one of await parts.store.packages()) packages.#byName.set(one.name, one);
    return packages;
  }

  /** What it changes. */
  get server(): ServerParts {
    return this.#parts;
  }

  /** By name. */
  list(): readonly ImportedPackage[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): ImportedPackage | undefined {
    return this.#byName.get(name);
  }

  /** Throws `package.not_found` with a suggestion. */
  get(name: string): ImportedPackage {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    throw new HookwrightError(
      'package.not_found',
      `Expected the name of a package that was imported, got "${name}".`,
      {
        next: didYouMean(name, this.#byName.keys()) ?? 'List them with `hookwright package list`.',
      },
    );
  }

  /** Whether a record that a package brought is still there, changed or not. */
  has(name: string, record: ImportedRecord): boolean {
    return storedOf(record, name, this.#parts) !== undefined;
  }

  /** What it came as. Throws `package.not_found`. */
  async source(name: string): Promise<PackageSource> {
    const source = await this.#parts.store.packageSource(this.get(name).name);
    if (source !== undefined) return source;
    throw new HookwrightError('package.not_found', `Expected a package, got "${name}".`);
  }

  /** What importing would do. */
  async plan(wanted: WantedPackage, choice?: Choice): Promise<Plan> {
    return this.#parts.turns.take(async () => (await this.#prepareImport(wanted, choice)).plan);
  }

  /**
   * Imports a package: all of it, or nothing.
   *
   * @param fingerprint of the plan that somebody agreed to; without it, whatever the plan is now
   * @throws HookwrightError `package.invalid` with everything that is wrong,
   *   `package.conflict`, `package.changed`
   */
  async import(wanted: WantedPackage, choice?: Choice, fingerprint?: string): Promise<Applied> {
    return this.#parts.turns.take(async () => {
      const prepared = await this.#prepareImport(wanted, choice);
      refuseMistakes(prepared.plan, wanted);
      return this.#apply(prepared, fingerprint);
    });
  }

  /** What removing would do. Throws `package.not_found`. */
  planRemoval(name: string, choice?: Choice): Plan {
    return this.#prepareRemoval(name, choice).plan;
  }

  /** Takes out what a package brought. Throws `package.not_found`, `package.conflict`, `package.changed`. */
  async remove(name: string, choice?: Choice, fingerprint?: string): Promise<Applied> {
    return this.#parts.turns.take(() =>
      this.#apply(this.#prepareRemoval(name, choice), fingerprint),
    );
  }

  async #prepareImport(wanted: WantedPackage, choice: Choice | undefined): Promise<Prepared> {
    const { manifest, digest, signedBy, values, keptSecrets, original } = wanted.filled;
    const { name, version } = manifest;
    const { clock } = this.#parts;
    const before = this.find(name);
    if (before === undefined && this.#byName.size >= PACKAGES_MAX) {
      const message = `Expected at most ${PACKAGES_MAX} packages, got one more.`;
      throw new HookwrightError('package.invalid', message);
    }
    const known = recognise(wanted.records, before?.records ?? []);
    const made = await targetsOf(wanted, known, this.#parts);
    const found = entriesOf(name, made, known, keptSecrets, this.#parts);
    const decisions = new Decisions(choice, found);
    const decided = this.#decide(found, decisions);
    // A record with mistakes is no entry: its mistakes come first.
    const isWhole = made.diagnostics.every(({ severity }) => severity !== 'error');
    if (isWhole) decisions.refuseStray(name, decided);
    const entries = this.#shown(decided, made.values);
    const imported = importedOf(wanted, entries, clock());
    const isUnchanged = entries.every(isIdle) && isSamePackage(before, imported);
    const facts = [name, version, digest, signedBy, values, before?.importedAt];
    const plan: Plan = {
      name,
      version,
      ...(before === undefined ? {} : { from: before.version }),
      isUnchanged,
      entries,
      capabilities: capabilityDiff(entries, this.#parts, made.values),
      notes: [
        ...removalNotes(entries, this.#parts),
        ...missingNotes(entries, made.values, this.#parts),
      ],
      diagnostics: made.diagnostics,
      fingerprint: fingerprintOf(facts, entries, this.#parts),
    };
    const source = { document: wanted.document, ...(original === undefined ? {} : { original }) };
    return { plan, entries, after: { ...imported, ...source } };
  }

  #prepareRemoval(name: string, choice: Choice | undefined): Prepared {
    const imported = this.get(name);
    const left = imported.records.flatMap((record) => {
      const stored = storedOf(record, name, this.#parts);
      return stored === undefined ? [] : [leftEntry(record, stored, this.#parts)];
    });
    const decisions = new Decisions(choice, left);
    const decided = this.#decide(left, decisions);
    decisions.refuseStray(name, decided);
    const entries = this.#shown(decided, this.#parts.secrets.all());
    const plan: Plan = {
      name,
      from: imported.version,
      isUnchanged: false,
      entries,
      capabilities: capabilityDiff(entries, this.#parts, this.#parts.secrets.all()),
      notes: removalNotes(entries, this.#parts),
      diagnostics: [],
      fingerprint: fingerprintOf([name, imported.importedAt], entries, this.#parts),
    };
    return { plan, entries };
  }

  /** What becomes of each. Secrets that something else needs stay, unless they are to go whatever happens. */
  #decide(found: readonly PlanEntry[], decisions: Decisions): readonly PlanEntry[] {
    const decided = found.map((entry) => decisions.decided(entry));
    const entries = withCollisions(decided, decisions, this.#parts);
    return entries.map((entry) => {
      const isGoing = entry.kind === 'secret' && entry.action === 'remove';
      if (!isGoing || !isUsed(entry.name, entries, this.#parts)) return entry;
      const used: PlanEntry = { ...entry, conflict: 'used' };
      return decisions.of(entry) === 'replace'
        ? { ...used, decision: 'replace' }
        : { ...used, action: 'keep', decision: 'keep' };
    });
  }

  #shown(entries: readonly PlanEntry[], values: SecretValues): readonly PlanEntry[] {
    const show = (stored: Stored | undefined): Shown | undefined =>
      stored && shownOf(stored, values, this.#parts.hooks);
    return entries.map((entry) => {
      const [before, after] = [show(entry.before), show(entry.after)];
      return {
        ...entry,
        shown: {
          ...(before === undefined ? {} : { before }),
          ...(after === undefined ? {} : { after }),
        },
      };
    });
  }

  async #apply(
    { plan, entries, after }: Prepared,
    fingerprint: string | undefined,
  ): Promise<Applied> {
    const { name, isUnchanged } = plan;
    if (fingerprint !== undefined && fingerprint !== plan.fingerprint) throw changedSince(name);
    refuseConflicts(plan);
    const before = this.find(name);
    if (isUnchanged && before !== undefined) return { plan, imported: before };
    const change: PackageChange = {
      name,
      ...(before === undefined ? {} : { before: before.importedAt }),
      ...(after === undefined ? {} : { after }),
      ...changesOf(entries, this.#parts),
      takenOver: after === undefined ? [] : takenOver(after, this.#byName.values()),
    };
    const hooks = await this.#parts.store.applyPackage(change);
    await this.#takeUp(change, hooks);
    this.#parts.log.write('info', after === undefined ? 'package.removed' : 'package.imported', {
      package: name,
      version: after?.version ?? before?.version,
      ...countActions(entries),
    });
    return { plan, ...(after === undefined ? {} : { imported: this.get(name) }) };
  }

  /** Before the first wait, everything is in place: no request sees a half of it. */
  async #takeUp(change: PackageChange, stored: readonly HookRecord[]): Promise<void> {
    const { secrets, automations, registry, hooks, cancelDeliveries } = this.#parts;
    const after = <T>(list: readonly { readonly after?: T }[]): T[] =>
      list.flatMap((one) => (one.after === undefined ? [] : [one.after]));
    const gone = <T>(list: readonly { readonly before?: T; readonly after?: unknown }[]): T[] =>
      list.flatMap((one) =>
        one.after === undefined && one.before !== undefined ? [one.before] : [],
      );
    const goneHooks = gone(change.hooks).map(({ id }) => id);
    secrets.take(
      after(change.secrets),
      gone(change.secrets).map((one) => one.name),
    );
    const goneNames = gone(change.automations).map((one) => one.name);
    automations.take(after(change.automations), goneNames);
    registry.take(
      after(change.webhooks),
      gone(change.webhooks).map(({ id }) => id),
    );
    hooks.take(stored, goneHooks);
    if (change.after === undefined) this.#byName.delete(change.name);
    else {
      const { document: _, original: _o, ...imported } = change.after;
      this.#byName.set(change.name, imported);
    }
    for (const one of withoutTaken(change.takenOver ?? [], this.#byName))
      this.#byName.set(one.name, one);
    for (const id of goneHooks) await cancelDeliveries(id);
  }
}
