import { LIST_OF, mayAllow, type Policy, patternMistake, refusalOf } from '../core/policy.ts';
import type { EffectTarget, Unit } from './generate/unit.ts';
import { policyOf } from './settings.ts';
import { childOf, type MapNode, type ScalarNode } from './yaml/tree.ts';

/** The lists whose patterns steps use. */
const LISTS: readonly (keyof Policy)[] = ['http', 'hooks', 'state', 'functions'];

/**
 * Checks the policy's patterns, and every target whose text says enough against them; what is computed
 * is checked when the run asks for it. To be called when all steps are written.
 */
export function checkPolicy(automation: MapNode, unit: Unit): void {
  const policy = policyOf(automation);
  const broken = new Set<string>();
  for (const list of LISTS) {
    for (const node of patternNodes(automation, list)) {
      const mistake = patternMistake(list, node.text);
      if (mistake !== undefined) {
        broken.add(list);
        unit.report.error('policy.invalid', node, mistake);
      } else if (!unit.targets.some((target) => isUsedBy(target, list, node.text))) {
        unit.report.warning('policy.unused', node, 'Expected a step that uses this, got none', {
          hint: 'Take it away: a policy allows no more than the steps need.',
        });
      }
    }
  }
  for (const target of unit.targets) {
    // A pattern that is mended may be the one that allows it.
    if (!broken.has(LIST_OF[target.kind])) checkTarget(policy, target, unit);
  }
}

function checkTarget(policy: Policy, target: EffectTarget, unit: Unit): void {
  const refusal = refusalOf(policy, target);
  if (refusal === undefined) return;
  const { message, next } = refusal;
  unit.report.error('policy.missing', target.span, message, {
    hint: next === undefined ? undefined : `${next}.`,
  });
}

function isUsedBy(target: EffectTarget, list: keyof Policy, pattern: string): boolean {
  return LIST_OF[target.kind] === list && mayAllow(pattern, target);
}

function patternNodes(automation: MapNode, list: string): readonly ScalarNode[] {
  const policy = childOf(automation, 'policy');
  const patterns = policy?.kind === 'map' ? childOf(policy, list) : undefined;
  if (patterns?.kind !== 'list') return [];
  return patterns.items.flatMap((item) => (item.kind === 'scalar' ? [item] : []));
}
