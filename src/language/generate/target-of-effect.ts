import type { PolicyTarget } from '../../core/policy.ts';
import { splitTemplate } from '../expression/template.ts';
import type { YamlNode } from '../yaml/tree.ts';
import type { Unit } from './unit.ts';

/** Notes what a step reaches, as far as its text says, for the check against the policy. */
export function noteTarget(
  kind: PolicyTarget['kind'],
  node: YamlNode | undefined,
  unit: Unit,
  method?: YamlNode,
): void {
  if (node?.kind !== 'scalar' || node.value === null) return;
  const { parts, problems } = splitTemplate(node.text);
  if (problems.length > 0) return;
  const [first] = parts;
  const isWhole = parts.every((part) => part.kind === 'text');
  const text = first?.kind === 'text' ? first.text : '';
  const verb = kind === 'http' ? verbOf(method) : undefined;
  const stars = parts.map((part) => (part.kind === 'text' ? part.text : '*')).join('');
  const pattern = isWhole || stars === '*' ? undefined : patternOf(kind, verb, stars);
  unit.targets.push({
    kind,
    text,
    isWhole,
    span: node,
    ...(verb === undefined ? {} : { method: verb }),
    ...(pattern === undefined ? {} : { pattern }),
  });
}

/** The method of an `http` step; `undefined` where it is computed. */
function verbOf(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return 'GET';
  return node.text.includes('${{') ? undefined : node.text;
}

/** The pattern that allows what a text with stars for its expressions may become. */
function patternOf(
  kind: PolicyTarget['kind'],
  verb: string | undefined,
  stars: string,
): string | undefined {
  const pattern = stars.replace(/\*{2,}/g, '*');
  if (kind !== 'http') return pattern;
  if (!/^https?:\/\/[^/?#*]+[/?#]/i.test(pattern)) return undefined;
  return `${verb === undefined ? '' : `${verb} `}${pattern.split(/[?#]/, 1)[0]}`;
}
