import { LIST_OF, matchersOf, type Policy, patternMistake, refusalOf } from '../core/policy.ts';
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
  // Steps with mistakes may be the ones that use it.
  const isSound = !unit.report.hasErrors;
  for (const list of LISTS) {
    const matchers = matchersOf(policy, list);
    const targets = unit.targets.filter(({ kind }) => LIST_OF[kind] === list);
    for (const [index, node] of patternNodes(automation, list).entries()) {
      const mistake = patternMistake(list, node.text);
      if (mistake !== undefined) {
        broken.add(list);
        unit.report.error('policy.invalid', node, mistake);
      } else if (isSound && !targets.some((target) => matchers[index]?.(target))) {
        unit.report.warning('policy.unused', node, 'Expected a step that uses this, got none', {
          hint: 'Take it away: a policy allows no more than the steps need.',
        });
      }
    }
  }
  checkSecrets(automation, policy, unit);
  for (const target of unit.targets) {
    // A pattern that is mended may be the one that allows it.
    if (!broken.has(LIST_OF[target.kind])) checkTarget(policy, target, unit);
  }
}

function checkSecrets(automation: MapNode, { secrets }: Policy, unit: Unit): void {
  const { report, secretUses } = unit;
  const isSound = !report.hasErrors;
  const isComputed = secretUses.some(({ name }) => name === undefined);
  const used = new Set(secretUses.map(({ name }) => name));
  for (const node of patternNodes(automation, 'secrets')) {
    const mistake = patternMistake('secrets', node.text);
    if (mistake !== undefined) report.error('policy.invalid', node, mistake);
    else if (isSound && !isComputed && !used.has(node.text)) {
      report.warning('policy.unused', node, 'Expected a step that uses this, got none', {
        hint: 'Take it away: a policy allows no more than the steps need.',
      });
    }
  }
  for (const { name, span } of secretUses) {
    if (name === undefined || secrets.includes(name)) continue;
    const message = `Expected a secret that the policy allows, got \`${name}\``;
    report.error('policy.missing', span, message, { hint: `Add to \`policy.secrets\`: ${name}` });
  }
}

function checkTarget(policy: Policy, target: EffectTarget, unit: Unit): void {
  const refusal = refusalOf(policy, target);
  if (refusal === undefined) return;
  const { message, next } = refusal;
  unit.report.error('policy.missing', target.span, message, {
    hint: next,
  });
}

/** In the order of `policyOf`. */
function patternNodes(automation: MapNode, list: string): readonly ScalarNode[] {
  const policy = childOf(automation, 'policy');
  const patterns = policy?.kind === 'map' ? childOf(policy, list) : undefined;
  if (patterns?.kind !== 'list') return [];
  return patterns.items.flatMap((item) => (item.kind === 'scalar' ? [item] : []));
}
