import { RUN_LIMITS, RUN_LIMITS_MAX } from '../core/limits.ts';
import type { Policy } from '../core/policy.ts';
import type { RunLimits } from '../core/program.ts';
import { parseDuration, parseSize } from '../core/quantity.ts';
import { childOf, type MapNode, type YamlNode } from './yaml/tree.ts';

/** How a background run that failed is tried again. */
export interface Retry {
  /** The first time included. */
  readonly attempts: number;
  readonly backoff: 'exponential' | 'fixed';
}

/** `limits` over the usual ones, none above what the language allows. */
export function limitsOf(automation: MapNode): RunLimits {
  const own = childOf(automation, 'limits');
  return {
    timeoutMs: within(parseDuration(textOf(own, 'timeout')), 'timeoutMs'),
    cpuMs: within(parseDuration(textOf(own, 'cpu')), 'cpuMs'),
    memoryBytes: within(parseSize(textOf(own, 'memory')), 'memoryBytes'),
    outputBytes: within(parseSize(textOf(own, 'output')), 'outputBytes'),
    logBytes: within(parseSize(textOf(own, 'log')), 'logBytes'),
    effects: within(wholeNumber(textOf(own, 'effects')), 'effects'),
  };
}

export function policyOf(automation: MapNode): Policy {
  const own = childOf(automation, 'policy');
  return {
    http: listOf(own, 'http'),
    hooks: listOf(own, 'hooks'),
    state: listOf(own, 'state'),
    secrets: listOf(own, 'secrets'),
    functions: listOf(own, 'functions'),
  };
}

/** `undefined` where the automation says nothing about it. */
export function retryOf(automation: MapNode): Retry | undefined {
  const own = childOf(automation, 'retry');
  if (own?.kind !== 'map') return undefined;
  return {
    attempts: wholeNumber(textOf(own, 'attempts')) ?? 1,
    backoff: textOf(own, 'backoff') === 'fixed' ? 'fixed' : 'exponential',
  };
}

function within(asked: number | undefined, limit: keyof RunLimits): number {
  return Math.min(asked ?? RUN_LIMITS[limit], RUN_LIMITS_MAX[limit]);
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function textOf(node: YamlNode | undefined, key: string): string {
  const value = node?.kind === 'map' ? childOf(node, key) : undefined;
  return value?.kind === 'scalar' ? value.text : '';
}

function listOf(node: YamlNode | undefined, key: string): readonly string[] {
  const value = node?.kind === 'map' ? childOf(node, key) : undefined;
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
}
