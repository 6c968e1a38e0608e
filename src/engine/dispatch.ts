import type { Failed } from '../core/run.ts';
import type { Leg } from './route.ts';
import type { Passage, Runner } from './run.ts';

/** What an event is due: one leg that answers, and those that run in the background. */
export interface Plan {
  readonly answering: Match | undefined;
  readonly background: readonly Match[];
}

/** A leg that matched. A condition that threw counts as a match whose run has failed already. */
export interface Match {
  readonly leg: Leg;
  readonly refused: Failed | undefined;
}

/**
 * Stage `dispatch`: which bindings match. The first one without `also` answers and ends the search for
 * an answer; those with `also` run besides. A condition that throws is not passed over: skipping it
 * would lose the event in silence (n8n's "Only Run If" does the contrary and runs; both are wrong).
 */
export async function dispatch(passage: Passage, runner: Runner): Promise<Plan> {
  const background: Match[] = [];
  let answering: Match | undefined;
  for (const leg of passage.route.legs) {
    if (!leg.also && answering !== undefined) continue;
    const held = await runner.holds(passage, leg);
    if (held === false) continue;
    const match: Match = { leg, refused: held === true ? undefined : held };
    if (leg.also) background.push(match);
    else answering = match;
  }
  return { answering, background };
}

/** The plan of a route without conditions, found without waiting: the hot path. */
export function dispatchUnconditional(passage: Passage): Plan {
  const { legs } = passage.route;
  const answering = legs.find((leg) => !leg.also);
  return {
    answering: answering && { leg: answering, refused: undefined },
    background: legs.filter((leg) => leg.also).map((leg) => ({ leg, refused: undefined })),
  };
}
