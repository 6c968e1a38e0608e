import { CONTROL_STEPS } from './control-steps.ts';
import { DATA_STEPS } from './data-steps.ts';
import { EFFECT_STEPS } from './effect-steps.ts';
import { ENDING_STEPS } from './ending-steps.ts';
import type { KeySpec, StepSpec } from './shape.ts';

/** Keys that every step takes. */
export const COMMON_KEYS: readonly KeySpec[] = [
  {
    name: 'name',
    shape: { is: 'label' },
    doc: 'A label for people: it shows in errors and traces.',
  },
  {
    name: 'when',
    shape: { is: 'condition' },
    doc: 'The step is skipped where this is not true.',
  },
];

/** The key of steps that have a result. */
export const RESULT_KEY: KeySpec = {
  name: 'as',
  shape: { is: 'variable' },
  doc: 'The variable that gets the result.',
};

/** Every kind of step. A new one is a row here and a generator in `generate/step.ts`. */
export const STEPS: readonly StepSpec[] = [
  ...DATA_STEPS,
  ...EFFECT_STEPS,
  ...CONTROL_STEPS,
  ...ENDING_STEPS,
];

const BY_KEYWORD: ReadonlyMap<string, StepSpec> = new Map(
  STEPS.map((step) => [step.keyword, step]),
);

export function stepOf(keyword: string): StepSpec | undefined {
  return BY_KEYWORD.get(keyword);
}

/** The keys that may stand in a step of this kind, its keyword first. */
export function keysOf(step: StepSpec): readonly KeySpec[] {
  const own: KeySpec = { name: step.keyword, shape: step.shape, required: true, doc: step.doc };
  return [own, ...step.keys, ...COMMON_KEYS, ...(step.hasResult ? [RESULT_KEY] : [])];
}
