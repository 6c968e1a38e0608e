import type { EffectRequest, EffectResult, WaitArgs } from '../core/effect.ts';
import { policyRefusal } from '../core/policy.ts';
import type { Failed, RunFailureCode } from '../core/run.ts';
import { EFFECT_ARGS_BYTES_MAX, WAIT_MS_MAX } from './limits.ts';
import type { Subject } from './subject.ts';

type EffectArgs = Parameters<typeof policyRefusal>[2];

/** The result of an effect that is not to be performed; `undefined` for one that is. */
export function refusalOf(
  { kind, args }: EffectRequest,
  subject: Subject,
  now: number,
): EffectResult | undefined {
  const parsed = JSON.parse(args) as EffectArgs;
  if (kind === 'wait') {
    const { until } = parsed as WaitArgs;
    if (until <= now + WAIT_MS_MAX) return undefined;
    return {
      ok: false,
      code: 'effect.invalid',
      message: `Expected a wait of at most ${WAIT_MS_MAX / 86_400_000} days, got one until ${dateText(until)}.`,
    };
  }
  const message = policyRefusal(subject.policy, kind, parsed);
  return message === undefined ? undefined : { ok: false, code: 'effect.refused', message };
}

/**
 * A run ends where it asks for more than its limits: were that an effect's failure, a loop that catches
 * failures could fill the journal without end.
 */
export function overLimit(
  effect: EffectRequest,
  subject: Subject,
):
  | { code: RunFailureCode; message: string; status: number; step: number; line?: number }
  | undefined {
  const { limits, steps } = subject.program;
  const line = steps[effect.step]?.line;
  const place = { step: effect.step, ...(line === undefined ? {} : { line }) };
  if (effect.number >= limits.effects) {
    const message = `Expected at most ${limits.effects} effects, got another; see \`limits: { effects }\`.`;
    return { code: 'limit.effects', message, status: 503, ...place };
  }
  const bytes = Buffer.byteLength(effect.args);
  if (bytes > EFFECT_ARGS_BYTES_MAX) {
    const message = `Expected at most ${EFFECT_ARGS_BYTES_MAX} bytes of arguments for \`${effect.kind}\`, got ${bytes}.`;
    return { code: 'effect.invalid', message, status: 500, ...place };
  }
  return undefined;
}

export function failedWith(failure: Failed['failure'], logs: Failed['logs'] = []): Failed {
  return { status: 'failed', failure, logs, cpuMs: 0 };
}

function dateText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
