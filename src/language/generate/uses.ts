import type { EffectKind } from '../../core/effect.ts';
import { didYouMean } from '../../core/suggest.ts';
import { type DiagnosticCode, isDiagnosticCode } from '../codes.ts';
import type { Analysis, MemberUse, NameUse } from '../expression/analyse.ts';
import type { Span } from '../source.ts';
import {
  EFFECTS,
  isEffect,
  NAMESPACES,
  ROOTS,
  SCHEDULE_EVENT,
  TOPIC_EVENT,
} from '../table/names.ts';
import { warnOfMissing } from './request-members.ts';
import { SUGGESTIONS_MAX } from './scope.ts';
import { noteCall } from './target-of-effect.ts';
import type { Unit } from './unit.ts';

const ASSIGNMENT_HINT =
  'To compare, write `===`. To change it, use a `set` step, or a `run` block.';

/** A place in the analysed text, as a place in the file. */
export type Locate = (place: { readonly start: number; readonly end: number }) => Span;

/** Checks what an expression or a `run` block uses against what there is. */
export function checkUses(
  analysis: Analysis,
  kind: 'expression' | 'block',
  locate: Locate,
  unit: Unit,
): void {
  for (const { code, message, hint, start, end } of analysis.problems) {
    const known: DiagnosticCode = isDiagnosticCode(code) ? code : 'expression.syntax';
    unit.report.error(known, locate({ start, end }), message, { hint });
  }
  for (const use of analysis.names) checkName(use, kind, locate, unit);
  for (const use of analysis.members) checkMember(use, kind, locate, unit);
  if (kind === 'expression') refuseChanges(analysis, locate, unit);
  noteSecrets(analysis, locate, unit);
}

/** The effects that a block uses as functions; one that nothing waits for is warned about. */
export function checkEffects(
  { names, dropped, calls }: Analysis,
  locate: Locate,
  unit: Unit,
): readonly EffectKind[] {
  const used = new Set<EffectKind>();
  const byStart = new Map(calls.map((call) => [call.start, call]));
  for (const use of names) {
    const { name, write } = use;
    if (!isEffect(name) || unit.scope.isKnown(name) || write) continue;
    used.add(name);
    if (name !== 'wait') {
      noteCall(name, use, byStart.get(use.start), locate, unit);
    }
  }
  for (const { name, start, end } of dropped) {
    if (!isEffect(name) || unit.scope.isKnown(name)) continue;
    unit.report.warning(
      'script.not_awaited',
      locate({ start, end }),
      `Expected \`await\` before \`${name}\`, got a call that nothing waits for`,
      { hint: 'Without it the run may end before the effect has begun, and its failure is lost.' },
    );
  }
  return [...used];
}

function checkName(use: NameUse, kind: 'expression' | 'block', locate: Locate, unit: Unit): void {
  const { name, write } = use;
  const span = locate(use);
  if (name === 'secrets') checkSecretsName(write, span, unit);
  else if (isEffect(name) && !unit.scope.isKnown(name))
    checkEffectName(name, use, kind, span, unit);
  else if (!unit.scope.isKnown(name)) {
    unit.scope.miss(name, span, kind === 'block' ? [...EFFECTS.keys()] : []);
  } else if (write && (kind === 'expression' || !unit.scope.isVariable(name))) {
    const what = kind === 'expression' ? 'an expression without assignments' : 'a variable';
    unit.report.error('name.assigned', span, `Expected ${what}, got an assignment to \`${name}\``, {
      hint: kind === 'expression' ? ASSIGNMENT_HINT : 'Declare a name of your own with `let`.',
    });
  }
}

/** `order.status = 'paid'` as a condition is meant as a comparison, and would be true whatever the status is. */
function refuseChanges({ changes }: Analysis, locate: Locate, unit: Unit): void {
  for (const change of changes) {
    const message = 'Expected an expression without assignments, got one to a member';
    unit.report.error('name.assigned', locate(change), message, {
      hint: ASSIGNMENT_HINT,
    });
  }
}

function checkSecretsName(write: boolean, span: Span, unit: Unit): void {
  if (!unit.hasSecrets) {
    const message = 'Expected a condition without secrets, got `secrets`';
    const hint = 'Compare in the automation, which has a policy: `if: ${{ safeEqual(…) }}`.';
    unit.report.error('secrets.unavailable', span, message, { hint });
  } else if (write) {
    const message = 'Expected a variable, got an assignment to `secrets`';
    const hint = 'Secrets are set with `hookwright secret set NAME`.';
    unit.report.error('name.assigned', span, message, { hint });
  }
}

/** For the check against the policy. */
function noteSecrets({ names, members }: Analysis, locate: Locate, unit: Unit): void {
  const byStart = new Map(members.map((member) => [member.start, member]));
  for (const use of names) {
    if (use.name !== 'secrets') continue;
    const member = byStart.get(use.start);
    const [name] = member?.path ?? [];
    const [place] = member?.segments ?? [];
    unit.secretUses.push({
      ...(name === undefined ? {} : { name }),
      span: locate(place ?? use),
    });
  }
}

function checkEffectName(
  name: EffectKind,
  { write }: NameUse,
  kind: 'expression' | 'block',
  span: Span,
  unit: Unit,
): void {
  if (kind === 'expression') {
    unit.report.error(
      'expression.effect',
      span,
      `Expected an expression without effects, got \`${name}\``,
      { hint: `Use a step, \`- ${name}: …\` with \`as\`, or a \`run\` block.` },
    );
  } else if (write) {
    const message = `Expected a variable, got an assignment to \`${name}\``;
    unit.report.error('name.assigned', span, message, {
      hint: 'Declare a name of your own with `let`.',
    });
  }
}

function checkMember(
  use: MemberUse,
  kind: 'expression' | 'block',
  locate: Locate,
  unit: Unit,
): void {
  const { root, path, segments } = use;
  const members = membersOf(root, kind, unit);
  const [member] = path;
  const [place] = segments;
  if (members === undefined || member === undefined || place === undefined) return;
  if (members.has(member)) {
    if (root === 'request') warnOfMissing(use, locate, unit);
    return;
  }
  const near = unit.report.isFull
    ? undefined
    : didYouMean(member, [...members].slice(0, SUGGESTIONS_MAX));
  const hint =
    root === 'inputs'
      ? (near ?? `Declare it: \`inputs: { ${member}: any }\`.`)
      : members.size === 0
        ? `It is a function: \`await ${root}(…)\`.`
        : (near ?? `It has ${[...members].map((name) => `\`${name}\``).join(', ')}.`);
  unit.report.error(
    'member.unknown',
    locate(place),
    `Expected a member of \`${root}\`, got \`${member}\``,
    { hint },
  );
}

function membersOf(
  root: string,
  kind: 'expression' | 'block',
  unit: Unit,
): ReadonlySet<string> | undefined {
  if (root === 'inputs') return unit.inputs;
  if (root === 'event' && unit.trigger === 'topic') return TOPIC_EVENT;
  if (root === 'event' && unit.trigger === 'schedule') return SCHEDULE_EVENT;
  if (isEffect(root)) {
    return kind === 'block' && !unit.scope.isKnown(root) ? EFFECTS.get(root) : undefined;
  }
  return ROOTS.get(root) ?? NAMESPACES.get(root);
}
