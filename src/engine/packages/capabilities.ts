import type { Policy } from '../../core/policy.ts';
import type { CompiledAutomation } from '../../language/compile.ts';
import type { Automations } from '../automations.ts';
import type { PlanEntry } from './plan.ts';
import type { Stored } from './stored.ts';

/** What a package can do that its records have in common, each as a line that people read. */
export const CAPABILITIES = [
  /** Patterns of policies, as `core/policy.ts` has them. */
  'http',
  'hooks',
  'state',
  'secrets',
  'functions',
  /** `NAME: 0 7 * * *`. */
  'schedules',
  /** `NAME: order.*`, what starts it without a request. */
  'topics',
  /** `order.* → https://example.com`, what a hook is sent, and where. */
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

/** What the records of a plan can do afterwards that they could not, and the other way round. */
export function capabilityDiff(
  entries: readonly PlanEntry[],
  automations: Automations,
): CapabilityDiff {
  const before = new Lines();
  const after = new Lines();
  for (const entry of entries) {
    // What is kept, or not decided on, can do what it could.
    if (entry.action === 'keep' || entry.action === 'conflict') continue;
    if (entry.before !== undefined) {
      before.add(entry.before, automations.compiled(entry.name));
    }
    if (entry.after !== undefined) {
      after.add(entry.after, entry.compiled ?? automations.compiled(entry.name));
    }
  }
  return { gained: after.without(before), lost: before.without(after) };
}

class Lines {
  readonly #lines = new Map<Capability, Set<string>>(CAPABILITIES.map((name) => [name, new Set()]));

  add(stored: Stored, compiled: CompiledAutomation | undefined): void {
    if (stored.kind === 'automation' && compiled !== undefined) this.#addAutomation(compiled);
    if (stored.kind === 'hook') {
      const { topics, url } = stored.value;
      // The origin alone: a path may be a secret, as Slack's is.
      for (const topic of topics) this.#add('deliveries', `${topic} → ${new URL(url).origin}`);
    }
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

  #add(name: Capability, line: string): void {
    this.#lines.get(name)?.add(line);
  }
}
