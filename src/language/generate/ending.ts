import { childOf, isNull } from '../yaml/tree.ts';
import type { StepWriter } from './step.ts';
import { writeValue } from './value.ts';

export const writeRespond: StepWriter = ({ value, line }, unit) => {
  unit.out.line(line, '$.respond(');
  writeValue(value, unit);
  unit.out.text(');');
};

export const writeReturn: StepWriter = ({ value, line }, unit) => {
  if (!isNull(value)) {
    unit.out.line(line, '$.finish(');
    writeValue(value, unit);
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
