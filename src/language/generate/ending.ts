import type { Span } from '../source.ts';
import { childOf, entryOf, isNull, type MapNode } from '../yaml/tree.ts';
import type { StepWriter } from './step.ts';
import { isUnawaited, type Unit } from './unit.ts';
import { writeAnswer, writeValue } from './value.ts';

export const writeRespond: StepWriter = ({ map, value, line }, unit) => {
  if (unit.trigger !== 'webhook') {
    refuseAnswer(entryOf(map, 'respond')?.key ?? map, 'respond', unit);
  }
  unit.out.line(line, '$.respond(');
  writeAnswer(value, unit);
  unit.out.text(');');
};

export const writeReturn: StepWriter = ({ map, value, line }, unit) => {
  if (unit.parallels > 0) {
    const message = 'Expected a branch of `parallel` without `return`, got one';
    unit.report.error('step.parallel', entryOf(map, 'return')?.key ?? map, message, {
      hint: 'Set a variable in the branch, and `return` after the `parallel` step.',
    });
  }
  if (value.kind === 'map' && !isOfTrigger(value, unit)) return;
  const result = value.kind === 'map' ? childOf(value, 'value') : undefined;
  if (result !== undefined) {
    unit.out.line(line, 'return (');
    writeValue(result, unit);
    unit.out.text(');');
    return;
  }
  // Nobody waits for the answer of `{}`.
  if (!isNull(value) && !isUnawaited(unit.trigger)) {
    unit.out.line(line, '$.finish(');
    writeAnswer(value, unit);
    unit.out.text(');');
  }
  unit.out.line(line, 'return;');
};

export const writeFail: StepWriter = ({ value, line }, unit) => {
  unit.out.line(line, '$.fail(');
  if (value.kind === 'map') {
    const message = childOf(value, 'message');
    const status = childOf(value, 'status');
    if (message !== undefined) writeValue(message, unit);
    if (status !== undefined) {
      unit.out.text(', ');
      writeValue(status, unit);
    }
  } else writeValue(value, unit);
  unit.out.text(');');
};

/** A function gives back a value, a webhook's automation an answer. Reports what does not fit. */
function isOfTrigger(value: MapNode, unit: Unit): boolean {
  let isRight = true;
  for (const { key } of value.entries) {
    const isValue = key.text === 'value';
    if (!isUnawaited(unit.trigger) && isValue === (unit.trigger === 'function')) continue;
    isRight = false;
    if (isValue && unit.trigger === 'webhook') {
      const message = 'Expected an answer, got `value`, which functions give back';
      unit.report.error('trigger.unfit', key, message, {
        hint: 'Write `json`, or add `trigger: function` to the file.',
      });
    } else refuseAnswer(key, key.text, unit);
  }
  return isRight;
}

function refuseAnswer(span: Span, name: string, unit: Unit): void {
  if (isUnawaited(unit.trigger)) {
    const message = `Expected no answer, because nobody waits for one, got \`${name}\``;
    unit.report.error('trigger.unfit', span, message, {
      hint: `${unit.trigger === 'topic' ? 'A message' : 'A schedule'} asks for none: write \`return:\` alone to end the run.`,
    });
    return;
  }
  unit.report.error('trigger.unfit', span, `Expected the value of a function, got \`${name}\``, {
    hint: 'A function answers no request: write `return: { value: … }`.',
  });
}
