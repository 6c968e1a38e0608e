import type { EffectKind } from '../../../core/effect.ts';

/** The kinds of effects in the order of their numbers, by which the guest names them to the host. */
export const EFFECT_KINDS: readonly EffectKind[] = [
  'http',
  'state',
  'wait',
  'call',
  'emit',
  'hook',
];
