import type { EffectKind } from '../../../core/effect.ts';

/** By which the guest names the kinds of effects to the host, where a text would take a microsecond each. */
export const EFFECT_NUMBERS: Readonly<Record<EffectKind, number>> = {
  http: 0,
  state: 1,
  wait: 2,
  call: 3,
  emit: 4,
  hook: 5,
};
