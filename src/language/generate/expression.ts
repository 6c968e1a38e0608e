import type { EffectKind } from '../../core/effect.ts';
import { singleExpression } from '../check/condition.ts';
import { type Analysis, analyseBlock, analyseExpression } from '../expression/analyse.ts';
import { isSingle, splitTemplate } from '../expression/template.ts';
import { EFFECTS } from '../table/names.ts';
import type { ScalarNode } from '../yaml/tree.ts';
import type { Unit } from './unit.ts';
import { checkEffects, checkUses, type Locate } from './uses.ts';
import { literal } from './writer.ts';

/** What can be left on the host where nothing but the JSON of an answer gets it. */
const CARRIED = 'request.json';

/**
 * Writes a text: as a value of any type where it is one expression, else as a joined text.
 *
 * @param carries whether its value becomes JSON of an answer and nothing else
 */
export function writeText(node: ScalarNode, unit: Unit, carries: boolean): void {
  const parts = partsOf(node, unit);
  if (isSingle(parts)) {
    const [{ source, start }] = parts;
    const kept = carries && source.trim() === CARRIED ? unit.carried : unit.analyses;
    writeExpression(node, source, start, unit, kept);
    return;
  }
  const [first] = parts;
  if (first?.kind === 'text' && parts.length === 1) {
    unit.out.text(literal(first.text));
    return;
  }
  if (first === undefined) {
    unit.out.text('""');
    return;
  }
  unit.out.text('(');
  for (const [index, part] of parts.entries()) {
    if (index > 0) unit.out.text(' + ');
    if (part.kind === 'text') unit.out.text(literal(part.text));
    else {
      // Brackets of its own: `a, b` is one expression and would be two arguments.
      unit.out.text('$.text(');
      writeExpression(node, part.source, part.start, unit);
      unit.out.text(')');
    }
  }
  unit.out.text(')');
}

/** Writes the one expression of a condition or a list to go over; nothing where there is none. */
export function writeSingle(node: ScalarNode, unit: Unit): void {
  if (typeof node.value === 'boolean') {
    unit.out.text(String(node.value));
    return;
  }
  const single = singleExpression(partsOf(node, unit));
  if (single !== undefined) writeExpression(node, single.source, single.start, unit);
}

/**
 * Writes the body of a `run` block as a call of a function that is made on the spot. Effects are its parameters,
 * so that what gives them stands outside of the body: an author may call a variable `$`.
 */
export function writeBlock(node: ScalarNode, number: number, unit: Unit): void {
  unit.hasBlock = true;
  const analysis = analyseBlock(node.text);
  const locate = locator(node, 0);
  checkUses(analysis, 'block', locate, unit);
  unit.analyses.push(analysis);
  const effects = checkEffects(analysis, locate, unit);
  // One without `await` may still return an effect's promise.
  const isAsync = analysis.hasAwait || effects.length > 0;
  if (isAsync) unit.hasAwait = true;
  unit.out.text(`${isAsync ? 'await (async ' : '('}(${effects.join(', ')}) => {`);
  writeLines(node, node.text, 0, unit);
  const given = effects.map((effect) => effectFunction(effect, number));
  unit.out.line(unit.out.yamlLine, `})(${given.join(', ')})`);
}

/**
 * An effect as a function of a `run` block. It says the step's number again: other branches of a `parallel`
 * may have had their turn since the block began.
 */
function effectFunction(effect: EffectKind, number: number): string {
  const call = (name: string) =>
    `(...$given) => ($.step = ${number}, $.effects.${name}(...$given))`;
  const members = [...(EFFECTS.get(effect) ?? [])];
  if (members.length === 0) return call(effect);
  return `{ ${members.map((member) => `${member}: ${call(`${effect}.${member}`)}`).join(', ')} }`;
}

/** In brackets, the closing one on a line of its own: the expression may end in a `//` comment. */
function writeExpression(
  node: ScalarNode,
  source: string,
  start: number,
  unit: Unit,
  kept: Analysis[] = unit.analyses,
): void {
  const analysis = analyseExpression(source);
  checkUses(analysis, 'expression', locator(node, start), unit);
  kept.push(analysis);
  unit.out.text('(');
  writeLines(node, source, start, unit);
  unit.out.line(unit.out.yamlLine, ')');
}

function writeLines(node: ScalarNode, source: string, start: number, unit: Unit): void {
  let at = start;
  // Not at U+2028 and U+2029, which may stand inside a string.
  for (const line of source.split(/(?<=\r\n|\n|\r(?!\n))/)) {
    const indent = /^\s*/.exec(line)?.[0].length ?? 0;
    unit.out.line(unit.report.source.line(node.offset(at + indent)), line.replace(/[\r\n]+$/, ''));
    at += line.length;
  }
}

function partsOf(node: ScalarNode, unit: Unit) {
  const { parts, problems } = splitTemplate(node.text);
  const locate = locator(node, 0);
  for (const { message, hint, start, end } of problems) {
    const code = 'expression.unclosed';
    unit.report.error(code, locate({ start, end }), message, { hint });
  }
  return parts;
}

function locator(node: ScalarNode, base: number): Locate {
  return ({ start, end }) => {
    const first = node.offset(base + start);
    return { start: first, end: end > start ? node.offset(base + end - 1) + 1 : first + 1 };
  };
}
