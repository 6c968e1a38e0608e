import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { HookwrightError } from '../../core/errors.ts';
import { digest } from '../../core/ids.ts';
import type { ImportedRecord } from '../../core/imported-package.ts';
import type { SealedSecret } from '../../core/secret.ts';
import { type CompiledAutomation, compile } from '../../language/compile.ts';
import { runnable } from '../automations.ts';
import type { FindAutomation } from '../route.ts';
import { secretMark, testMark } from './marks.ts';
import {
  type SecretValues,
  secretNamesOf,
  unboundSecrets,
  withSecretValues,
} from './secret-names.ts';
import type { ServerParts, Stored } from './stored.ts';
import type {
  KeyPath,
  WantedAutomation,
  WantedHook,
  WantedPackage,
  WantedRecord,
  WantedWebhook,
} from './wanted.ts';

/** A record as it would be stored. */
export interface Target {
  readonly uid: string;
  readonly name: string;
  readonly file: string;
  readonly after: Stored;
  /** Of an automation. */
  readonly compiled?: CompiledAutomation;
  /** Of a hook: whether the package says which secret it has. */
  readonly namesSecret?: boolean;
  /** Of a hook: names of the secrets that its URL and headers have. */
  readonly sends?: readonly string[];
}

/** What a package's records would become, and everything that is wrong with them. */
export interface Targets {
  readonly targets: readonly Target[];
  readonly diagnostics: readonly Diagnostic[];
  /** Values of secrets as they would be. */
  readonly values: SecretValues;
}

/**
 * Makes of a package's records what would be stored. Compiling one takes 2 ms: between two, requests have
 * their turn.
 *
 * @param before what the records became when the package was last imported
 */
export async function targetsOf(
  wanted: WantedPackage,
  before: readonly ImportedRecord[],
  parts: ServerParts & { readonly clock: Clock },
): Promise<Targets> {
  const making = new Making(wanted, before, parts);
  making.readSecrets();
  const automations = wanted.records.filter((record) => record.kind === 'automation');
  for (const record of automations) {
    making.readAutomation(record);
    await turn();
  }
  for (const record of wanted.records) {
    if (record.kind === 'webhook') await making.readWebhook(record);
    else if (record.kind === 'hook') making.readHook(record);
    else if (record.kind === 'test')
      making.add(record, { after: { kind: 'test', value: testMark(record.text) } });
  }
  return making.result();
}

/** Why an automation of the package cannot be bound to: its own diagnostics say so already. */
const TOLD = '(told of the automation)';

class Making {
  readonly #wanted: WantedPackage;
  readonly #before: readonly ImportedRecord[];
  readonly #parts: ServerParts & { readonly clock: Clock };
  readonly #targets: Target[] = [];
  readonly #diagnostics: Diagnostic[];
  readonly #compiled = new Map<string, CompiledAutomation | undefined>();
  readonly #values: Map<string, string>;

  constructor(
    wanted: WantedPackage,
    before: readonly ImportedRecord[],
    parts: ServerParts & { readonly clock: Clock },
  ) {
    this.#wanted = wanted;
    this.#before = before;
    this.#parts = parts;
    this.#diagnostics = [...wanted.diagnostics];
    this.#values = parts.secrets.all();
  }

  /** In the package's order, secrets first. */
  result(): Targets {
    const order = new Map(this.#wanted.records.map((record, index) => [record.uid, index]));
    const place = ({ after, uid }: Target): number =>
      after.kind === 'secret' ? -1 : (order.get(uid) ?? -1);
    return {
      targets: this.#targets.sort((a, b) => place(a) - place(b)),
      diagnostics: this.#diagnostics,
      values: this.#values,
    };
  }

  add(
    { uid, name, file }: Pick<WantedRecord, 'uid' | 'name' | 'file'>,
    target: Omit<Target, 'uid' | 'name' | 'file'>,
  ): void {
    this.#targets.push({ uid, name, file, ...target });
  }

  readSecrets(): void {
    const { secrets } = this.#parts;
    const { filled } = this.#wanted;
    for (const [name, { value, hosts }] of Object.entries(filled.secrets)) {
      const draft = { value, ...(hosts === undefined ? {} : { hosts }) };
      if (this.#addSecret(name, () => secrets.seal(name, draft))) this.#values.set(name, value);
    }
    // A value that nobody gave anew stays, and goes where this version says.
    for (const { key, hosts } of filled.manifest.prompts) {
      if (hosts === undefined || !filled.keptSecrets.includes(key)) continue;
      this.#addSecret(key, () => this.#rebound(key, hosts));
    }
  }

  /** A stored secret with these hosts; `undefined` where it has them, or people gave it these and more. */
  #rebound(name: string, hosts: readonly string[]): SealedSecret | undefined {
    const { secrets } = this.#parts;
    const [stored, rebound] = [secrets.record(name), secrets.rebound(name, hosts)];
    if (stored === undefined || rebound === undefined) return undefined;
    const isImported = this.#before.some(
      ({ kind, target, mark }) =>
        kind === 'secret' && target === name && mark === secretMark(stored),
    );
    const isEnough = isImported
      ? rebound.hosts.join() === stored.hosts.join()
      : rebound.hosts.every((host) => stored.hosts.includes(host));
    return isEnough ? undefined : rebound;
  }

  #addSecret(name: string, make: () => SealedSecret | undefined): boolean {
    try {
      const value = make();
      if (value === undefined) return false;
      this.add({ uid: name, name, file: 'package.yaml' }, { after: { kind: 'secret', value } });
      return true;
    } catch (error) {
      if (!(error instanceof HookwrightError)) throw error;
      this.#tell('package.yaml', { line: 1, column: 1, length: 1 }, `${name}: ${error.message}`);
      return false;
    }
  }

  readAutomation(record: WantedAutomation): void {
    const { text, file, name } = record;
    const { automation, diagnostics } = compile(text, file);
    this.#diagnostics.push(...diagnostics);
    this.#compiled.set(name, automation);
    if (automation === undefined) return;
    const revision = {
      id: digest(text),
      automation: name,
      source: text,
      createdAt: this.#parts.clock(),
    };
    const owner = `package:${this.#wanted.filled.manifest.name}` as const;
    const value = { name, revision, file, owner };
    this.add(record, { after: { kind: 'automation', value }, compiled: automation });
  }

  async readWebhook(record: WantedWebhook): Promise<void> {
    const { registry } = this.#parts;
    const bindings = record.draft.bindings?.map((binding) => {
      const named = this.#wanted.records.find(
        ({ kind, uid }) => kind === 'automation' && uid === binding.automation,
      );
      return named === undefined ? binding : { ...binding, automation: named.name };
    });
    const draft = { ...record.draft, ...(bindings === undefined ? {} : { bindings }) };
    const base = registry.find(this.#target(record)) ?? this.#stranger(registry.named(record.name));
    const given = registry.drafted(draft, base);
    const { webhook, problems: all } = await registry.checked(given, this.#find);
    const problems = all.filter((problem) => !problem.endsWith(TOLD));
    for (const problem of problems) this.#tellOf(record, problem);
    if (all.length === 0) this.add(record, { after: { kind: 'webhook', value: webhook } });
  }

  readHook(record: WantedHook): void {
    const { hooks } = this.#parts;
    const { draft, problems } = withSecretValues(record.draft, this.#values);
    for (const { key, message } of problems) {
      this.#tell(record.file, record.place([key]), message);
    }
    try {
      const base = hooks.find(this.#target(record)) ?? this.#stranger(hooks.named(record.name));
      const after = hooks.drafted(draft, base);
      const wrong = hooks.problems(after);
      const isUrl = URL.canParse(after.url);
      const unbound = isUrl ? unboundSecrets(record.draft, new URL(after.url), this.#hostsOf) : [];
      for (const { key, message } of unbound) this.#tell(record.file, record.place([key]), message);
      // What is named and not there is told once.
      const told = new Set(problems.map(({ key }) => key));
      for (const problem of wrong) {
        if (!told.has(keyIn(problem, record.keys) ?? '')) this.#tellOf(record, problem);
      }
      if (problems.length + unbound.length + wrong.length > 0) return;
      const namesSecret = record.draft.secret !== undefined;
      const sends = secretNamesOf(record.draft).map(({ name }) => name);
      this.add(record, { after: { kind: 'hook', value: after }, namesSecret, sends });
    } catch (error) {
      if (!(error instanceof HookwrightError)) throw error;
      const { message, next = '' } = error;
      this.#tell(record.file, record.place(['profile']), `${message} ${next}`.trim());
    }
  }

  /**
   * Where a secret may be sent. One that the package asks for without hosts is given to it for its hooks alone: no
   * automation can send it.
   */
  readonly #hostsOf = (name: string): readonly string[] | undefined => {
    const { secrets, keptSecrets } = this.#wanted.filled;
    if (!this.#values.has(name)) return undefined; // Told already: there is none.
    const own = this.#targets.find(
      ({ after }) => after.kind === 'secret' && after.value.name === name,
    );
    const hosts =
      own?.after.kind === 'secret' ? own.after.value.hosts : this.#parts.secrets.hosts(name);
    const isAsked = Object.hasOwn(secrets, name) || keptSecrets.includes(name);
    return isAsked && hosts.length === 0 ? undefined : hosts;
  };

  /** The id that a record of this package has had so far. */
  #target({ kind, uid }: Pick<WantedRecord, 'kind' | 'uid'>): string {
    const known = this.#before.find((record) => record.kind === kind && record.uid === uid);
    return known?.target ?? '';
  }

  /** One that the package did not bring; its own give their names to each other. */
  #stranger<T extends { readonly id: string }>(named: T | undefined): T | undefined {
    return this.#before.some(({ target }) => target === named?.id) ? undefined : named;
  }

  /** What a name would stand for. */
  readonly #find: FindAutomation = (name) => {
    if (!this.#compiled.has(name)) return this.#parts.automations.runnable(name);
    const compiled = this.#compiled.get(name);
    return compiled === undefined ? TOLD : runnable('', compiled);
  };

  /** A problem of a webhook or hook, which begins with the number of a binding or names a key. */
  #tellOf(record: WantedWebhook | WantedHook, problem: string): void {
    const binding = /^Binding (\d+): /.exec(problem)?.[1];
    const key = keyIn(problem, record.keys);
    const path: KeyPath =
      binding === undefined
        ? key === undefined
          ? []
          : [key]
        : ['bindings', Number(binding) - 1, 'automation'];
    this.#tell(record.file, record.place(path), problem);
  }

  #tell(file: string, place: Pick<Diagnostic, 'line' | 'column' | 'length'>, text: string): void {
    const message = text.replace(/\.$/, '');
    this.#diagnostics.push({ file, ...place, severity: 'error', code: 'package.record', message });
  }
}

/** The first of a record's keys that a sentence names. */
function keyIn(problem: string, keys: readonly string[]): string | undefined {
  const words = problem.match(/[a-z_]+/g) ?? [];
  return words.find((word) => keys.includes(word));
}
