import type { Hook } from '../../core/hook.ts';
import { digest } from '../../core/ids.ts';
import type { Policy } from '../../core/policy.ts';
import { sourceName, type Webhook, type WebhookSource } from '../../core/webhook.ts';
import type { CompiledAutomation } from '../../language/compile.ts';
import { bearsCredentials } from './credentials.ts';
import type { PlanEntry } from './plan.ts';
import { type SecretValues, secretNameOf, secretNamesIn, withSecretNames } from './secret-names.ts';
import type { ServerParts, Stored } from './stored.ts';

/** What a package can do that its records have in common, each as a line that people read. */
export const CAPABILITIES = [
  /** Patterns of policies, as `core/policy.ts` has them, and topics that webhooks forward under. */
  'http',
  'hooks',
  'state',
  'secrets',
  'functions',
  /** `NAME: github with GITHUB_SECRET, at WEBHOOK`, whose requests start it. */
  'callers',
  /** `NAME: 0 7 * * *`. */
  'schedules',
  /** `NAME: order.*`, what starts it without a request. */
  'topics',
  /** `order.* → https://example.com/in`, what a hook is sent, and where. */
  'deliveries',
  /** `NAME → api.example.com`, where a secret may be sent. */
  'secret_hosts',
] as const;

type Capability = (typeof CAPABILITIES)[number];

/** What is gained and lost, in order; a capability of which nothing is, is absent. */
export interface CapabilityDiff {
  readonly gained: Readonly<Partial<Record<Capability, readonly string[]>>>;
  readonly lost: Readonly<Partial<Record<Capability, readonly string[]>>>;
}

/** Hex digits that tell one hidden text from another. */
const HIDDEN_DIGITS = 8;

/**
 * What the records of a plan can do afterwards that they could not, and the other way round.
 *
 * @param values of secrets, as they would be
 */
export function capabilityDiff(
  entries: readonly PlanEntry[],
  parts: ServerParts,
  values: SecretValues,
): CapabilityDiff {
  const { automations } = parts;
  const after = new Lines(parts, values);
  const before = new Lines(parts, parts.secrets.all());
  const own = new Lines(parts, parts.secrets.all());
  for (const entry of entries) {
    // What is kept, or not decided on, can do what it could.
    if (entry.action === 'keep' || entry.action === 'conflict') continue;
    const { sends = [], action, imported } = entry;
    if (entry.before !== undefined) {
      const known = action === 'unchanged' ? sends : [];
      const compiled = automations.compiled(entry.name);
      before.add(entry.before, compiled, known);
      // What others could do with what the package takes over, it could not.
      if (imported !== undefined || action === 'unchanged') own.add(entry.before, compiled, known);
    }
    if (entry.after !== undefined) {
      after.add(entry.after, entry.compiled ?? automations.compiled(entry.name), sends);
    }
  }
  return { gained: after.without(own), lost: before.without(after) };
}

class Lines {
  readonly #lines = new Map<Capability, Set<string>>(CAPABILITIES.map((name) => [name, new Set()]));
  readonly #parts: Pick<ServerParts, 'hooks'>;
  readonly #values: SecretValues;

  constructor(parts: Pick<ServerParts, 'hooks'>, values: SecretValues) {
    this.#parts = parts;
    this.#values = values;
  }

  /** @param sends names of secrets that a hook is known to send; those that it is seen to send come besides */
  add(stored: Stored, compiled: CompiledAutomation | undefined, sends: readonly string[]): void {
    if (stored.kind === 'automation' && compiled !== undefined) this.#addAutomation(compiled);
    if (stored.kind === 'webhook') this.#addWebhook(stored.value);
    if (stored.kind === 'hook') this.#addHook(stored.value, sends);
    if (stored.kind === 'secret') {
      const { name, hosts } = stored.value;
      for (const host of hosts) this.#add('secret_hosts', `${name} → ${host}`);
    }
  }

  without(other: Lines): CapabilityDiff['gained'] {
    const found = CAPABILITIES.map((name) => {
      const lines = [...(this.#lines.get(name) ?? [])].filter(
        (line) => other.#lines.get(name)?.has(line) !== true,
      );
      return [name, lines.sort()] as const;
    });
    return Object.fromEntries(found.filter(([, lines]) => lines.length > 0));
  }

  #addAutomation({ name, policy, schedule, on }: CompiledAutomation): void {
    for (const list of Object.keys(policy) as (keyof Policy)[]) {
      for (const pattern of policy[list]) this.#add(list, pattern);
    }
    for (const times of schedule?.on ?? []) this.#add('schedules', `${name}: ${times}`);
    if (on !== undefined) this.#add('topics', `${name}: ${on}`);
  }

  #addWebhook({ name, bindings, settings }: Webhook): void {
    const { source, forward } = settings;
    const who = source === undefined ? 'whoever has the URL of' : `${sourceText(source)}, at`;
    for (const { automation, disabled } of bindings) {
      if (disabled !== true) this.#add('callers', `${automation}: ${who} ${name}`);
    }
    if (forward === undefined) return;
    this.#add('hooks', forward);
    this.#add('callers', `${forward}: ${who} ${name}`);
  }

  #addHook(hook: Hook, sends: readonly string[]): void {
    const { hooks } = this.#parts;
    const signing = secretNameOf(hook, this.#values);
    if (signing !== undefined) this.#add('secrets', signing);
    const { url, headers } = withSecretNames(hook, this.#values);
    const seen = [url, ...headers.map(([, value]) => value)].flatMap(secretNamesIn);
    const { origin, host } = new URL(hook.url);
    for (const name of [...seen, ...sends]) this.#add('secret_hosts', `${name} → ${host}`);
    // A path may be a secret, as Slack's is; that it is another one has to be seen all the same.
    const isHidden = seen.length + sends.length > 0 || bearsCredentials(hook.url);
    const mark = hooks.mark(hook.url).slice(0, HIDDEN_DIGITS);
    const where = isHidden ? `${origin}/… (hidden, ${mark})` : hook.url;
    const whats = hook.topics.length > 0 ? hook.topics : [`what names ${hook.name}`];
    for (const what of whats) this.#add('deliveries', `${what} → ${where}`);
    for (const address of hook.alerts) {
      this.#add('deliveries', `alerts about ${hook.name} → ${address}`);
    }
  }

  #add(name: Capability, line: string): void {
    this.#lines.get(name)?.add(line);
  }
}

/** Who calls, and what proves it; settings of its own are told from others by a number alone. */
function sourceText(source: WebhookSource): string {
  const { secrets, source: _, preset: _p, ...own } = source;
  const names = Object.values(secrets);
  const known = names.length === 0 ? '' : ` with ${names.join(', ')}`;
  const settings = Object.keys(own).length === 0 ? '' : digest(JSON.stringify(own));
  const mark = settings === '' ? '' : ` (settings ${settings.slice(0, HIDDEN_DIGITS)})`;
  return `${sourceName(source)}${mark}${known}`;
}
