import type { Diagnostic } from '../core/diagnostic.ts';
import { type PreparedMap, prepareMap } from '../core/payload-map.ts';
import type { Policy } from '../core/policy.ts';
import { awaits, type Program } from '../core/program.ts';
import type { RunFailureCode } from '../core/run.ts';
import type { Binding, Webhook } from '../core/webhook.ts';
import { compileCondition } from '../language/condition.ts';
import { isUnawaited, type Trigger } from '../language/generate/unit.ts';
import { type InputSpec, resolveInputs } from '../language/inputs.ts';
import type { Retry } from '../language/settings.ts';

/** A webhook made ready for requests: everything that does not depend on the event, worked out once. */
export interface Route {
  readonly webhook: Webhook;
  /** What of a request becomes `event.data`. */
  readonly map: PreparedMap | undefined;
  /** The enabled bindings, in order. */
  readonly legs: readonly Leg[];
  /** Whether any leg has a condition that must be evaluated first. */
  readonly conditional: boolean;
  /** Whether there is one leg alone, whose first execution most likely asks for effects. */
  readonly effectful: boolean;
}

/** One enabled binding of a route. */
export interface Leg {
  /** Index into `webhook.bindings`; -1 for an automation that a topic or a schedule starts. */
  readonly index: number;
  readonly automation: string;
  readonly also: boolean;
  readonly condition: Program | undefined;
  readonly inputsJson: string;
  /** What to execute, or why nothing can be. */
  readonly target: LegTarget;
}

type LegTarget =
  | { readonly ready: true; readonly automation: RunnableAutomation }
  | { readonly ready: false; readonly code: RunFailureCode; readonly message: string };

/** An automation that can be executed. */
export interface RunnableAutomation {
  readonly revision: string;
  readonly inputs: readonly InputSpec[];
  readonly program: Program;
  readonly trigger: Trigger;
  readonly policy: Policy;
  readonly retry: Retry | undefined;
}

/** Finds what an automation's name stands for now; a text says why it cannot run. */
export type FindAutomation = (name: string) => RunnableAutomation | string;

export function prepareRoute(webhook: Webhook, find: FindAutomation): Route {
  const legs = webhook.bindings.flatMap((binding, index) =>
    binding.disabled === true ? [] : [prepareLeg(binding, index, (name) => bindable(name, find))],
  );
  return {
    webhook,
    map: webhook.settings.map === undefined ? undefined : prepareMap(webhook.settings.map),
    legs,
    conditional: legs.some((leg) => leg.condition !== undefined),
    effectful: legs.length === 1 && legs.every(isEffectful),
  };
}

/** What an event that no request made is due: these automations, in the background. */
export function backgroundRoute(automations: readonly string[], find: FindAutomation): Route {
  const webhook: Webhook = {
    id: '',
    token: '',
    name: '',
    description: '',
    paused: false,
    respond: 'ack',
    bindings: [],
    settings: {},
    createdAt: 0,
    updatedAt: 0,
  };
  return {
    webhook,
    map: undefined,
    legs: automations.map((automation) => prepareLeg({ automation, also: true }, -1, find)),
    conditional: false,
    effectful: false,
  };
}

function isEffectful({ condition, target }: Leg): boolean {
  return condition === undefined && target.ready && awaits(target.automation.program);
}

/** An automation that a webhook may start; a text says why it may not. */
export function bindable(name: string, find: FindAutomation): RunnableAutomation | string {
  const found = find(name);
  if (typeof found === 'string' || !isUnawaited(found.trigger)) return found;
  return `Expected an automation that a webhook may start, got "${name}", which has \`trigger: ${found.trigger}\`.`;
}

function prepareLeg(binding: Binding, index: number, find: FindAutomation): Leg {
  const leg = { index, automation: binding.automation, also: binding.also === true };
  const broken = (code: RunFailureCode, message: string): Leg => ({
    ...leg,
    condition: undefined,
    inputsJson: '{}',
    target: { ready: false, code, message },
  });
  const found = find(binding.automation);
  if (typeof found === 'string') return broken('run.automation_missing', found);
  const { inputs, problems } = resolveInputs(found.inputs, binding.inputs ?? {});
  if (problems.length > 0) return broken('run.inputs', problems.join(' '));
  const condition =
    binding.when === undefined
      ? undefined
      : compileCondition(binding.when, `bindings[${index}].when`);
  if (condition !== undefined && condition.program === undefined) {
    return broken('run.script_error', describe(condition.diagnostics));
  }
  return {
    ...leg,
    condition: condition?.program,
    inputsJson: JSON.stringify(inputs),
    target: { ready: true, automation: found },
  };
}

/** The mistakes of a condition or a file in one line of text. */
export function describe(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .filter((diagnostic) => diagnostic.severity === 'error')
    .map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`))
    .join(' ');
}
