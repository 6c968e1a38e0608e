import type { EffectRequest, EffectResult, HttpReply } from '../core/effect.ts';
import { OutboundError, type OutboundRequest, type OutboundResponse } from '../core/outbound.ts';
import type { StepPlace } from '../core/program.ts';
import type { Span } from '../language/source.ts';
import {
  type Difference,
  EGRESS_CODES,
  type ScriptedReply,
  type TestCase,
  UNTRIED,
} from './suite.ts';
import { fitsTarget, targetText } from './target.ts';

/** The replies of one case: each effect takes the first that fits and is not used up. */
export class Script {
  readonly #left: { readonly reply: ScriptedReply; times: number }[];
  readonly #steps: readonly StepPlace[];
  readonly #place: Span;
  readonly #onMissing: () => void;
  readonly #until: (time: number) => Promise<void>;
  /** Effects that nothing answers. */
  readonly missing: Difference[] = [];

  /**
   * @param onMissing called where an effect cannot go on without a reply
   * @param until resolves when that time has come, in milliseconds since the epoch
   */
  constructor(
    { replies, place }: Pick<TestCase, 'replies' | 'place'>,
    steps: readonly StepPlace[],
    onMissing: () => void,
    until: (time: number) => Promise<void>,
  ) {
    this.#left = replies.map((reply) => ({ reply, times: reply.times }));
    this.#steps = steps;
    this.#place = place;
    this.#onMissing = onMissing;
    this.#until = until;
  }

  /** Of effects that are no `http`, and of those that are not tried. `undefined` where there is no reply. */
  async result(effect: EffectRequest): Promise<EffectResult | undefined> {
    if (effect.kind === 'http' && !this.#isUntried(effect)) return undefined;
    const reply = this.#take(effect);
    if (reply === undefined) return undefined;
    await this.#arrives(reply);
    const { outcome } = reply;
    if (outcome.is === 'failure') {
      const { code, message, status } = outcome;
      return { ok: false, code, message, ...(status === undefined ? {} : { status }) };
    }
    return { ok: true, value: JSON.stringify(outcome.is === 'http' ? null : outcome.value) };
  }

  /** What stands in for the network. Throws what the outbound client throws. */
  async send(effect: EffectRequest, { url }: OutboundRequest): Promise<OutboundResponse> {
    const reply = this.#take(effect);
    if (reply !== undefined) await this.#arrives(reply);
    const outcome = reply?.outcome;
    if (outcome?.is === 'http') return responseOf(outcome.reply, url);
    if (outcome?.is === 'failure') {
      throw new OutboundError(EGRESS_CODES[outcome.code], outcome.message);
    }
    this.miss(effect);
    throw new OutboundError('egress.cancelled', 'The test has no reply.');
  }

  /** Notes that an effect cannot go on, and ends the run. */
  miss(effect: EffectRequest): void {
    const target = targetText(effect);
    const step = this.#steps[effect.step];
    const where = step === undefined ? '' : `, asked for in line ${step.line} of the automation`;
    const reply = effect.kind === 'http' ? '{ status: 200, json: {} }' : '{}';
    this.missing.push({
      what: 'effects',
      expected: 'a reply for each `http` and `call`',
      got: `none for \`${target}\`${where}`,
      place: this.#place,
      next: `Add to the case:\n  effects:\n    - ${target}\n      reply: ${reply}`,
    });
    this.#onMissing();
  }

  /** Replies that no effect took. */
  unused(): readonly Difference[] {
    return this.#left
      .filter(({ reply, times }) => times > 0 && times === reply.times)
      .map(({ reply: { kind, pattern, place } }) => ({
        what: 'effects',
        expected: `an effect that fits \`${kind}: ${pattern}\``,
        got: 'none',
        place,
      }));
  }

  #take(effect: EffectRequest): ScriptedReply | undefined {
    const found = this.#next(effect);
    if (found !== undefined) found.times -= 1;
    return found?.reply;
  }

  #isUntried(effect: EffectRequest): boolean {
    const outcome = this.#next(effect)?.reply.outcome;
    return outcome?.is === 'failure' && outcome.code === UNTRIED;
  }

  #next(effect: EffectRequest): { readonly reply: ScriptedReply; times: number } | undefined {
    return this.#left.find(
      ({ reply, times }) => times > 0 && fitsTarget(reply.kind, reply.pattern, effect),
    );
  }

  #arrives({ at }: ScriptedReply): Promise<void> {
    return at === undefined ? Promise.resolve() : this.#until(at);
  }
}

function responseOf({ status, headers, body, base64 }: HttpReply, url: string): OutboundResponse {
  return {
    status,
    headers: Object.entries(headers),
    body: base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64'),
    truncated: false,
    url,
    ms: 0,
    address: '192.0.2.1', // Of documentation (RFC 5737).
  };
}
