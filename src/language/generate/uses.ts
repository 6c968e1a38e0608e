import { didYouMean } from '../../core/suggest.ts';
import { type DiagnosticCode, isDiagnosticCode } from '../codes.ts';
import type { Analysis, MemberUse, NameUse } from '../expression/analyse.ts';
import type { Span } from '../source.ts';
import { NAMESPACES, ROOTS } from '../table/names.ts';
import { SUGGESTIONS_MAX } from './scope.ts';
import type { Unit } from './unit.ts';

/** A place in the analysed text, as a place in the file. */
export type Locate = (place: { readonly start: number; readonly end: number }) => Span;

/** Checks what an expression or a `run` block uses against what there is, and keeps it for the reach. */
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
  for (const use of analysis.members) checkMember(use, locate, unit);
  unit.analyses.push(analysis);
}

function checkName(use: NameUse, kind: 'expression' | 'block', locate: Locate, unit: Unit): void {
  const { name, write } = use;
  const span = locate(use);
  if (name === 'secrets') {
    unit.report.error(
      'secrets.unavailable',
      span,
      'Expected a name that is set, got `secrets`, which is not available in this version',
      { hint: 'Pass the value as an input.' },
    );
  } else if (!unit.scope.isKnown(name)) unit.scope.miss(name, span);
  else if (write && (kind === 'expression' || !unit.scope.isVariable(name))) {
    const what = kind === 'expression' ? 'an expression without assignments' : 'a variable';
    unit.report.error('name.assigned', span, `Expected ${what}, got an assignment to \`${name}\``, {
      hint:
        kind === 'expression'
          ? 'Use a `set` step, or a `run` block.'
          : 'Declare a name of your own with `let`.',
    });
  }
}

function checkMember({ root, path, segments }: MemberUse, locate: Locate, unit: Unit): void {
  const members = root === 'inputs' ? unit.inputs : (ROOTS.get(root) ?? NAMESPACES.get(root));
  const [member] = path;
  const [place] = segments;
  if (members === undefined || member === undefined || place === undefined) return;
  if (members.has(member)) return;
  const near = unit.report.isFull
    ? undefined
    : didYouMean(member, [...members].slice(0, SUGGESTIONS_MAX));
  const hint =
    root === 'inputs'
      ? (near ?? `Declare it: \`inputs: { ${member}: any }\`.`)
      : (near ?? `It has ${[...members].map((name) => `\`${name}\``).join(', ')}.`);
  unit.report.error(
    'member.unknown',
    locate(place),
    `Expected a member of \`${root}\`, got \`${member}\``,
    { hint },
  );
}
