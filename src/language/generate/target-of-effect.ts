import type { PolicyTarget } from '../../core/policy.ts';
import type { CallUse } from '../expression/call-text.ts';
import { isSingle, splitTemplate } from '../expression/template.ts';
import type { Span } from '../source.ts';
import { childOf, type MapNode, type YamlNode } from '../yaml/tree.ts';
import type { EffectTarget, Unit } from './unit.ts';

/** Forms of body, with which `http` is a `POST` unless its method is given; all but `json` may be missing. */
export const BODIES = ['json', 'form', 'text', 'body', 'base64'] as const;

/**
 * Notes what a step reaches, as far as its text says, for the check against the policy.
 *
 * @param request of `http`, where it is more than a URL
 */
export function noteTarget(
  kind: PolicyTarget['kind'],
  node: YamlNode | undefined,
  unit: Unit,
  request?: MapNode,
): void {
  if (node?.kind !== 'scalar' || node.value === null) return;
  const { parts, problems } = splitTemplate(node.text);
  if (problems.length > 0) return;
  const texts = [''];
  for (const part of parts) {
    if (part.kind === 'text') texts.push(texts.pop() + part.text);
    else texts.push('');
  }
  const verb = kind === 'http' ? verbOf(request) : undefined;
  unit.targets.push(targetOf(kind, texts, node, verb));
}

/**
 * Notes what an effect in a `run` block reaches, as far as the text of its call says.
 *
 * @param use where the effect's name stands
 * @param call absent where it is not called there: it may reach anything
 */
export function noteCall(
  kind: PolicyTarget['kind'],
  use: Span,
  call: CallUse | undefined,
  locate: (place: Span) => Span,
  unit: Unit,
): void {
  // `state.get(…)`, and `http(…)`; what else is called is told elsewhere.
  const known = call?.isMember === (kind === 'state') ? call : undefined;
  const place = known?.text ?? (kind === 'http' ? known?.members?.get('url') : undefined);
  if (known === undefined || place === undefined) {
    unit.targets.push({ kind, text: '', isWhole: false, span: locate(use) });
    return;
  }
  const verb = kind === 'http' ? verbOfCall(known) : undefined;
  unit.targets.push(targetOf(kind, place.texts, locate(place), verb));
}

/** @param texts what stands between the expressions */
function targetOf(
  kind: PolicyTarget['kind'],
  texts: readonly string[],
  span: Span,
  verb: string | undefined,
): EffectTarget {
  const isWhole = texts.length === 1;
  const stars = texts.join('*');
  const pattern = isWhole || stars === '*' ? undefined : patternOf(kind, verb, stars);
  return {
    kind,
    text: texts[0] as string,
    isWhole,
    span: { start: span.start, end: span.end },
    ...(verb === undefined ? {} : { method: verb }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** The method of an `http` call; `undefined` where it is computed. */
function verbOfCall({ members, isOpen }: CallUse): string | undefined {
  if (members?.has('method') === true) {
    const texts = members.get('method')?.texts ?? [];
    return texts.length === 1 ? texts[0] : undefined;
  }
  if (isOpen) return undefined;
  const body = BODIES.find((name) => members?.has(name) === true);
  return verbWith(body, body !== undefined && members?.get(body) !== undefined);
}

/** The method of an `http` step; `undefined` where it is computed. */
function verbOf(request: MapNode | undefined): string | undefined {
  const child = (name: string) => (request === undefined ? undefined : childOf(request, name));
  const method = child('method');
  if (method?.kind === 'scalar' && method.value !== null) {
    return method.text.includes('${{') ? undefined : method.text;
  }
  const body = BODIES.find((name) => child(name) !== undefined);
  return verbWith(body, body !== undefined && !isComputed(child(body)));
}

/** @param isThere whether there is a body for sure; an expression may give `undefined` */
function verbWith(body: (typeof BODIES)[number] | undefined, isThere: boolean): string | undefined {
  if (body === undefined) return 'GET';
  return isThere || body === 'json' ? 'POST' : undefined;
}

export function isComputed(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && isSingle(splitTemplate(node.text).parts);
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
