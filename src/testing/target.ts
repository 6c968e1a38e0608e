import type {
  CallArgs,
  EffectKind,
  EffectRequest,
  EmitArgs,
  HookArgs,
  HttpArgs,
  StateArgs,
  WaitArgs,
} from '../core/effect.ts';
import { LIST_OF, type Policy, patternMistake, policyRefusal } from '../core/policy.ts';

type EffectArgs = HttpArgs | StateArgs | WaitArgs | CallArgs | EmitArgs | HookArgs;

const NOTHING: Policy = { http: [], hooks: [], state: [], secrets: [], functions: [] };

/** What is wrong with a pattern; the same as in a policy. */
export function policyMistake(
  kind: Exclude<EffectKind, 'wait'>,
  pattern: string,
): string | undefined {
  return patternMistake(LIST_OF[kind], pattern);
}

/** Whether an effect is one that a pattern is for. Patterns mean what they mean in a policy. */
export function fitsTarget(
  kind: Exclude<EffectKind, 'wait'>,
  pattern: string,
  effect: Pick<EffectRequest, 'kind' | 'args'>,
): boolean {
  if (effect.kind !== kind) return false;
  const args = JSON.parse(effect.args) as EffectArgs;
  return policyRefusal({ ...NOTHING, [LIST_OF[kind]]: [pattern] }, kind, args) === undefined;
}

/** An effect in the words of test files: `http: GET https://…`, `state: set orders/7`. */
export function targetText({ kind, args }: Pick<EffectRequest, 'kind' | 'args'>): string {
  const parsed: unknown = JSON.parse(args);
  switch (kind) {
    case 'http': {
      const { method, url } = parsed as HttpArgs;
      return `http: ${method} ${url}`;
    }
    case 'state': {
      const { op, key } = parsed as StateArgs;
      return `state: ${op} ${key}`;
    }
    case 'wait': {
      const { until } = parsed as WaitArgs;
      const date = new Date(until);
      return `wait: ${Number.isNaN(date.getTime()) ? until : date.toISOString()}`;
    }
    case 'call':
      return `call: ${(parsed as CallArgs).function}`;
    case 'emit':
      return `emit: ${(parsed as EmitArgs).topic}`;
    case 'hook':
      return `hook: ${(parsed as HookArgs).hook}`;
  }
}
