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

/** What `set orders/7` names: the operation, absent where any is meant, and the pattern of the key. */
export function stateTarget(text: string): { readonly op?: string; readonly key: string } {
  const [, op, key] = /^(get|set|delete|increment) +(\S.*)$/s.exec(text) ?? [];
  return op === undefined || key === undefined ? { key: text } : { op, key };
}

/** What is wrong with a pattern; the same as in a policy, but for the operation before a key of the state. */
export function policyMistake(
  kind: Exclude<EffectKind, 'wait'>,
  pattern: string,
): string | undefined {
  return patternMistake(LIST_OF[kind], kind === 'state' ? stateTarget(pattern).key : pattern);
}

/**
 * Whether an effect is one that a pattern is for. Patterns mean what they mean in a policy; before a key of
 * the state there may be the operation.
 */
export function fitsTarget(
  kind: Exclude<EffectKind, 'wait'>,
  pattern: string,
  effect: Pick<EffectRequest, 'kind' | 'args'>,
): boolean {
  if (effect.kind !== kind) return false;
  const args = JSON.parse(effect.args) as EffectArgs;
  const { op, key } = kind === 'state' ? stateTarget(pattern) : { key: pattern };
  if (op !== undefined && op !== (args as StateArgs).op) return false;
  return policyRefusal({ ...NOTHING, [LIST_OF[kind]]: [key] }, kind, args) === undefined;
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
