import { packageOf } from '../../core/automation.ts';
import type { CompiledAutomation } from '../../language/compile.ts';
import type { ServerParts } from './stored.ts';

/** Things by their names. */
export interface Names {
  readonly automations: ReadonlySet<string>;
  readonly hooks: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

/** Something that needs one of them. */
export interface Referrer {
  /** `webhook`, `automation`, `hook` with its name, as a sentence begins. */
  readonly who: string;
  readonly kind: 'automation' | 'hook' | 'secret';
  readonly name: string;
  /** What it does with it: "runs", "calls", … */
  readonly verb: string;
}

/**
 * What on this server refers to things by their names, apart from those that go with them.
 *
 * @param going names of the webhooks and automations that do not count
 */
export function referrersOf(
  names: Names,
  going: { readonly webhooks: ReadonlySet<string>; readonly automations: ReadonlySet<string> },
  { automations, registry }: ServerParts,
): readonly Referrer[] {
  const found: Referrer[] = [];
  for (const { name, bindings, settings } of registry.webhooks()) {
    if (going.webhooks.has(name)) continue;
    const who = `The webhook "${name}"`;
    for (const { automation } of bindings) {
      if (names.automations.has(automation)) {
        found.push({ who, kind: 'automation', name: automation, verb: 'runs' });
      }
    }
    for (const secret of Object.values(settings.source?.secrets ?? {})) {
      if (names.secrets.has(secret)) {
        found.push({ who, kind: 'secret', name: secret, verb: 'proves its sender by' });
      }
    }
  }
  for (const { name, owner } of automations.records()) {
    if (going.automations.has(name)) continue;
    const of = packageOf(owner);
    const who = `The automation ${name}${of === undefined ? '' : ` of the package ${of}`}`;
    const compiled = automations.compiled(name);
    const needs = [
      ['automation', names.automations, functionsOf(compiled), 'may call'],
      ['hook', names.hooks, hooksOf(compiled), 'may send to'],
      ['secret', names.secrets, compiled?.policy.secrets ?? [], 'uses'],
    ] as const;
    for (const [kind, going, used, verb] of needs) {
      for (const one of used) {
        if (going.has(one)) found.push({ who, kind, name: one, verb });
      }
    }
  }
  return found;
}

export function referrerText({ who, kind, name, verb }: Referrer): string {
  return `${who} ${verb} the ${kind} ${name}.`;
}

/** Functions that an automation names: in calls, or in its policy, which patterns do not. */
export function functionsOf(compiled: CompiledAutomation | undefined): readonly string[] {
  return named(compiled?.names.functions, compiled?.policy.functions);
}

/** Names of hooks likewise; topics may be among them. */
export function hooksOf(compiled: CompiledAutomation | undefined): readonly string[] {
  return named(compiled?.names.hooks, compiled?.policy.hooks);
}

function named(names: readonly string[] = [], patterns: readonly string[] = []): readonly string[] {
  return [...new Set([...names, ...patterns.filter((pattern) => !pattern.includes('*'))])];
}
